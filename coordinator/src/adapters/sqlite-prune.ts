/** Removes old runs from the SQLite run store in bounded pieces, so that live work is not held up. */

import type { DatabaseSync } from 'node:sqlite';
import { pruneRowsMax } from '@cleangrid/core/limits.ts';
import type { RunsKept } from '../run-store.ts';

/** Each with the columns that name one row. */
const tables: [name: string, key: string][] = [
  ['span_batch', 'id'],
  ['span_run', 'run'],
  ['frame', 'rowid'],
  ['event', 'run, cursor'],
  ['plan_page', 'id'],
  ['sliced_scenario', 'run, scenario'],
  ['shard', 'run, scenario, slice'],
];

/** Within a transaction. True while more is to be removed. */
export function pruneSomeRows(db: DatabaseSync, keep: RunsKept): boolean {
  const victim = oldestBeyond(db, keep);
  if (victim === null) return false;
  // From its first piece on nobody may see the run: it is no longer whole.
  db.prepare('UPDATE run SET is_finished = 2 WHERE ordinal = ?').run(victim);
  let rowsLeft = pruneRowsMax;
  for (const [name, key] of tables) {
    const sql = `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM ${name} WHERE run = ? LIMIT ?)`;
    rowsLeft -= Number(db.prepare(sql).run(victim, rowsLeft).changes);
    if (rowsLeft <= 0) return true;
  }
  db.prepare('DELETE FROM run WHERE ordinal = ?').run(victim);
  return oldestBeyond(db, keep) !== null;
}

/** The newest run is kept, however large it is. */
function oldestBeyond(db: DatabaseSync, keep: RunsKept): number | null {
  const ended = db
    .prepare('SELECT ordinal, bytes, is_finished FROM run WHERE is_finished > 0 ORDER BY ordinal DESC')
    .all() as { ordinal: number; bytes: number; is_finished: number }[];
  const begun = ended.find((run) => run.is_finished === 2);
  if (begun) return begun.ordinal;
  const bytes = ended.reduce((sum, run) => sum + run.bytes, 0);
  const isBeyond = ended.length > 1 && (ended.length > keep.runs || bytes > keep.bytes);
  return isBeyond ? (ended.at(-1)?.ordinal ?? null) : null;
}
