/** Spans in the SQLite run store. */

import type { DatabaseSync } from 'node:sqlite';
import type { RunId } from '@cleangrid/core/ids.ts';
import { runSpanBytesMax } from '@cleangrid/core/limits.ts';
import type { SpanCounts, SpanStore, SpanStoreWrites, StoredSpans } from '../span-store.ts';

/** Nothing became of it yet, or the back end took it (but for `rejected` spans), or it was not kept. */
const states = { waiting: 0, ended: 1, dropped: 2 };

interface BatchRow {
  id: number;
  run: number;
  count: number;
  otlp: Uint8Array;
}

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
  const ofRun = db.prepare('SELECT count, otlp FROM span_batch WHERE run = ? ORDER BY id');
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
    ofRun: (run) => ofRun.all(run) as unknown as BatchRow[],
  };
}

/** Only used inside the store's transactions. */
export function sqliteSpanWrites(db: DatabaseSync): SpanStoreWrites {
  const open = db.prepare('INSERT OR IGNORE INTO span_run (run) VALUES (?)');
  const close = db.prepare('DELETE FROM span_run WHERE run = ?');
  const add = db.prepare('INSERT INTO span_batch (run, count, otlp, state) VALUES (?, ?, ?, ?)');
  const ended = db.prepare(`UPDATE span_batch SET state = ${states.ended}, rejected = ? WHERE id = ?`);
  const addBytes = db.prepare('UPDATE run SET bytes = bytes + ? WHERE ordinal = ?');
  const bytesOf = db.prepare('SELECT coalesce(sum(length(otlp)), 0) AS bytes FROM span_batch WHERE run = ?');
  /** Of runs that got spans lately; a little too much after a roll-back. */
  const bytes = new Map<number, number>();
  return {
    open: (run) => void open.run(run),
    add: (run, { count, otlp }) => {
      const kept = bytes.get(run) ?? (bytesOf.get(run) as { bytes: number }).bytes;
      const isKept = kept + otlp.length <= runSpanBytesMax;
      add.run(run, count, isKept ? otlp : new Uint8Array(), isKept ? states.waiting : states.dropped);
      if (!isKept) return;
      bytes.set(run, kept + otlp.length);
      addBytes.run(otlp.length, run);
    },
    ended: (id, rejected) => void ended.run(rejected, id),
    close: (run) => {
      close.run(run);
      bytes.delete(run);
    },
  };
}
