/** Spans in the SQLite run store. */

import type { DatabaseSync } from 'node:sqlite';
import type { RunId } from '@cleangrid/core/ids.ts';
import { runSpanBytesMax } from '@cleangrid/core/limits.ts';
import type { SpanCounts, SpanPart, SpanStore, SpanStoreWrites, StoredSpans } from '../span-store.ts';

/** Nothing became of it yet, or the back end took it (but for `rejected` spans), or it was not kept. */
const states = { waiting: 0, ended: 1, dropped: 2 };

interface BatchRow {
  id: number;
  run: number;
  count: number;
  otlp: Uint8Array;
}

/** Short, because there is one for each attempt of a turn. */
type PartRow = [scenario: number, slice: number, attempt: number, byteCount: number];

/** Throws what `node:sqlite` throws; the store wraps it. */
export function sqliteSpans(db: DatabaseSync): SpanStore {
  const waiting = db.prepare(
    'SELECT id, run, count, otlp FROM span_batch WHERE state = 0 AND id > ? ORDER BY id LIMIT 1',
  );
  const withoutRoot = db.prepare(`SELECT run.run FROM span_run JOIN run ON run.ordinal = span_run.run
    WHERE run.is_finished = 1 AND NOT EXISTS (SELECT 1 FROM span_batch WHERE state = 0 AND span_batch.run = span_run.run)
    ORDER BY span_run.run LIMIT ?`);
  const counts = db.prepare(`SELECT coalesce(sum(count), 0) AS emitted,
    coalesce(sum(iif(state = 1, count - rejected, 0)), 0) AS arrived,
    coalesce(sum(iif(state = 2, count, rejected)), 0) AS dropped FROM span_batch WHERE run = ?`);
  const batchAfter = db.prepare(
    `SELECT id, parts, otlp FROM span_batch WHERE run = ? AND id > ? AND state <> ${states.dropped} ORDER BY id LIMIT 1`,
  );
  return {
    waiting: (after, bytes) => {
      const found: StoredSpans[] = [];
      let byteCount = 0;
      for (let last = after; byteCount < bytes; ) {
        const row = waiting.get(last) as BatchRow | undefined;
        if (!row || (found.length > 0 && byteCount + row.otlp.length > bytes)) break;
        found.push(row);
        last = row.id;
        byteCount += row.otlp.length;
      }
      return found;
    },
    withoutRoot: (limit) => (withoutRoot.all(limit) as { run: RunId }[]).map(({ run }) => run),
    counts: (run) => ({ ...(counts.get(run) as unknown as SpanCounts) }),
    batchAfter: (run, after) => {
      const row = batchAfter.get(run, after) as (BatchRow & { parts: string }) | undefined;
      return row ? { id: row.id, parts: readParts(row.parts), otlp: row.otlp } : null;
    },
  };
}

function readParts(json: string): SpanPart[] {
  return (JSON.parse(json) as PartRow[]).map(([scenario, slice, attempt, byteCount]) => ({
    place: { scenario, slice },
    attempt,
    byteCount,
  }));
}

function writeParts(parts: readonly SpanPart[]): string {
  const rows = parts.map(
    ({ place, attempt, byteCount }): PartRow => [place.scenario, place.slice, attempt, byteCount],
  );
  return JSON.stringify(rows);
}

/** Only used inside the store's transactions. */
export function sqliteSpanWrites(db: DatabaseSync): SpanStoreWrites {
  const open = db.prepare('INSERT OR IGNORE INTO span_run (run) VALUES (?)');
  const close = db.prepare('DELETE FROM span_run WHERE run = ?');
  const add = db.prepare('INSERT INTO span_batch (run, count, otlp, state, parts) VALUES (?, ?, ?, ?, ?)');
  const ended = db.prepare(`UPDATE span_batch SET state = ${states.ended}, rejected = ? WHERE id = ?`);
  const addBytes = db.prepare('UPDATE run SET bytes = bytes + ? WHERE ordinal = ?');
  const bytesOf = db.prepare('SELECT coalesce(sum(length(otlp)), 0) AS bytes FROM span_batch WHERE run = ?');
  /** Of runs that got spans lately; a little too much after a roll-back. */
  const bytes = new Map<number, number>();
  return {
    open: (run) => void open.run(run),
    add: (run, { count, otlp, parts }) => {
      const kept = bytes.get(run) ?? (bytesOf.get(run) as { bytes: number }).bytes;
      const isKept = kept + otlp.length <= runSpanBytesMax;
      if (isKept) {
        add.run(run, count, otlp, states.waiting, writeParts(parts));
        bytes.set(run, kept + otlp.length);
        addBytes.run(otlp.length, run);
      } else add.run(run, count, new Uint8Array(), states.dropped, '[]');
      return isKept;
    },
    ended: (id, rejected) => void ended.run(rejected, id),
    close: (run) => {
      close.run(run);
      bytes.delete(run);
    },
  };
}
