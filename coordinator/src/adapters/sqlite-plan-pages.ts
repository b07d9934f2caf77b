/** Plans in the SQLite run store: several shards on a page, compressed, for scenarios of a suite are much alike. */

import type { DatabaseSync } from 'node:sqlite';
import { deflateSync, inflateSync } from 'node:zlib';
import { GridError } from '@cleangrid/core/errors.ts';
import { planPageCharsMin, planPagesCharsMax, planPageShardsMax } from '@cleangrid/core/limits.ts';
import { prunedError } from '../known-run.ts';
import { Recent } from '../recent.ts';

/** Where a shard's plan is. Pages never change once they are written; the number of one that was pruned may be given to another run. */
export interface PlanPlace {
  page: number;
  /** Its number on the page. */
  line: number;
}

/** JSON: a line each. */
export interface PlanTexts {
  head: string;
  plan: string;
}

export interface PlanPages {
  /** Within a transaction, before whose commit `flush` is called. */
  add(run: number, texts: PlanTexts): PlanPlace;
  /** Throws `not_found` for what was pruned, `store_failed` for what is damaged. */
  read(run: number, place: PlanPlace): PlanTexts;
  flush(): void;
  /** After a roll-back. */
  forget(): void;
}

interface OpenPage {
  run: number;
  page: number;
  texts: PlanTexts[];
  charCount: number;
}

/** `written` is told of the bytes of each page. */
export function sqlitePlanPages(
  db: DatabaseSync,
  written: (run: number, byteCount: number) => void = () => {},
): PlanPages {
  const newestPage = db.prepare('SELECT coalesce(max(id), 0) AS page FROM plan_page');
  const addPage = db.prepare('INSERT INTO plan_page (id, run, doc) VALUES (?, ?, ?)');
  const docAt = db.prepare('SELECT doc FROM plan_page WHERE id = ? AND run = ?');
  const recent = new Recent<string[]>(planPagesCharsMax);
  let open: OpenPage | null = null;

  const flush = (): void => {
    if (!open) return;
    const { run, page, texts } = open;
    // With a checksum, unlike raw deflate.
    const doc = deflateSync(texts.map(({ head, plan }) => `${head}\n${plan}`).join('\n'), {
      level: 1,
      chunkSize: 4096,
    });
    addPage.run(page, run, doc);
    written(run, doc.length);
    open = null;
  };

  const linesOf = (run: number, page: number): string[] => {
    const key = `${run} ${page}`;
    const known = recent.get(key);
    if (known) return known;
    const row = docAt.get(page, run) as { doc: Uint8Array | string } | undefined;
    if (!row) throw prunedError();
    const text = typeof row.doc === 'string' ? row.doc : inflated(row.doc, page);
    const lines = text.split('\n');
    recent.put(key, lines, text.length);
    return lines;
  };

  return {
    add: (run, texts) => {
      if (open && open.run !== run) flush();
      open ??= { run, page: (newestPage.get() as { page: number }).page + 1, texts: [], charCount: 0 };
      const place = { page: open.page, line: open.texts.length };
      open.texts.push(texts);
      open.charCount += texts.head.length + texts.plan.length;
      if (open.texts.length >= planPageShardsMax || open.charCount >= planPageCharsMin) flush();
      return place;
    },
    read: (run, { page, line }) => {
      if (page === open?.page) flush();
      const lines = linesOf(run, page);
      return { head: lines[2 * line] ?? '', plan: lines[2 * line + 1] ?? '' };
    },
    flush,
    forget: () => {
      open = null;
      recent.clear();
    },
  };
}

function inflated(doc: Uint8Array, page: number): string {
  try {
    return inflateSync(doc, { chunkSize: 2 * planPageCharsMin }).toString();
  } catch (cause) {
    throw new GridError(
      'store_failed',
      `the run store is damaged: page ${page} of its plans cannot be read`,
      {
        cause,
        hint: 'Put it back from a backup, or begin with an empty state directory.',
      },
    );
  }
}
