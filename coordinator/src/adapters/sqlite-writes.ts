/** The writing half of the SQLite run store. Only used inside its transactions. */

import type { DatabaseSync } from 'node:sqlite';
import type { GridId } from '@cleangrid/core/ids.ts';
import type { Epoch } from '@cleangrid/core/protocol.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { RunStoreWrites } from '../run-store.ts';
import { headText } from '../shard-head.ts';
import { frameText } from './frame-text.ts';
import { type PlanPages, sqlitePlanPages } from './sqlite-plan-pages.ts';
import { sqliteSpanWrites } from './sqlite-spans.ts';

export interface SqliteWrites {
  writes: RunStoreWrites;
  pages: PlanPages;
  /** Writes what was gathered, and how many bytes all of it was for its runs; before each commit. */
  flush: () => void;
  /** After a roll-back. */
  forget: () => void;
}

const shardStates: Record<Shard['state'], number> = { waiting: 0, active: 1, closed: 2 };

export function sqliteWrites(db: DatabaseSync): SqliteWrites {
  const putAgent = db.prepare('INSERT OR REPLACE INTO agent (agent, doc) VALUES (?, ?)');
  const addRun = db.prepare('INSERT INTO run (run, is_finished, doc) VALUES (?, 0, ?)');
  const putRun = db.prepare('UPDATE run SET is_finished = ?, doc = ? WHERE ordinal = ?');
  const addShard = db.prepare(
    'INSERT INTO shard (run, scenario, slice, state, rank, doc, page, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const putShard = db.prepare(
    'UPDATE shard SET state = ?, doc = ? WHERE run = ? AND scenario = ? AND slice = ?',
  );
  const putSliced = db.prepare(
    'INSERT OR REPLACE INTO sliced_scenario (run, scenario, doc) VALUES (?, ?, ?)',
  );
  const addFrame = db.prepare(
    'INSERT OR IGNORE INTO frame (run, scenario, slice, attempt, seq, results) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addEvents = db.prepare('INSERT INTO event (run, cursor, doc) VALUES (?, ?, ?)');
  const bytes = countBytes(db);
  const pages = sqlitePlanPages(db, bytes.add);

  const writes: RunStoreWrites = {
    beginEpoch: (newGrid) => beginEpoch(db, newGrid),
    putAgent: (agent) => void putAgent.run(agent.agent, JSON.stringify(agent)),
    addRun: (run) => Number(addRun.run(run.run, JSON.stringify(run)).lastInsertRowid),
    putRun: ({ ordinal, ...run }) =>
      void putRun.run(run.state === 'finished' ? 1 : 0, JSON.stringify(run), ordinal),
    addShard: ({ run, place: { scenario, slice }, expectedMs, shard }, plan) => {
      const { page, line } = pages.add(run, { head: headText(plan.head), plan: plan.json });
      const doc = JSON.stringify(shard);
      addShard.run(run, scenario, slice, shardStates[shard.state], -expectedMs, doc, page, line);
    },
    putShard: ({ run, place: { scenario, slice }, shard }) =>
      void putShard.run(shardStates[shard.state], JSON.stringify(shard), run, scenario, slice),
    putSlicedScenario: (run, scenario, sliced) => void putSliced.run(run, scenario, JSON.stringify(sliced)),
    addFrame: ({ run, place: { scenario, slice }, attempt, seq, results }) => {
      const text = frameText(results);
      bytes.add(run, text.length);
      addFrame.run(run, scenario, slice, attempt, seq, text);
    },
    addEvents: (run, events) => {
      const [first] = events;
      if (first) addEvents.run(run, first.cursor, JSON.stringify(events));
    },
    spans: sqliteSpanWrites(db),
  };
  return {
    writes,
    pages,
    flush: () => {
      pages.flush();
      bytes.flush();
    },
    forget: () => {
      pages.forget();
      bytes.forget();
    },
  };
}

/** What each run takes in the store, added up for one update a transaction. */
function countBytes(db: DatabaseSync) {
  const addBytes = db.prepare('UPDATE run SET bytes = bytes + ? WHERE ordinal = ?');
  const bytes = new Map<number, number>();
  return {
    add: (run: number, byteCount: number): void => void bytes.set(run, (bytes.get(run) ?? 0) + byteCount),
    flush: (): void => {
      for (const [run, byteCount] of bytes) addBytes.run(byteCount, run);
      bytes.clear();
    },
    forget: (): void => bytes.clear(),
  };
}

function beginEpoch(db: DatabaseSync, newGrid: GridId): Epoch {
  const known = db.prepare('SELECT id, epoch FROM grid').get() as { id: GridId; epoch: number } | undefined;
  if (!known) {
    db.prepare('INSERT INTO grid (id, epoch) VALUES (?, 1)').run(newGrid);
    return { grid: newGrid, number: 1 };
  }
  const number = known.epoch + 1;
  db.prepare('UPDATE grid SET epoch = ?').run(number);
  return { grid: known.id, number };
}
