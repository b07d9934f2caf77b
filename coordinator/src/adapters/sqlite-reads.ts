/** The reading half of the SQLite run store; also all that a run history needs of a store that belongs to another process. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { invariant } from '@cleangrid/core/errors.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type {
  RunStoreReads,
  SlicedScenario,
  StoredAgent,
  StoredEvent,
  StoredRun,
  StoredShard,
} from '../run-store.ts';
import { headOfText } from '../shard-head.ts';

interface DocRow {
  doc: string;
}

interface RunRow extends DocRow {
  ordinal: number;
}

interface ShardRow extends DocRow {
  run: number;
  scenario: number;
  slice: number;
  rank: number;
}

interface EventRow extends DocRow {
  cursor: number;
}

const shardColumns = 'run, scenario, slice, rank, doc';

/** Throws what `node:sqlite` throws; the store wraps it. */
export function sqliteReads(db: DatabaseSync): Omit<RunStoreReads, 'expectedMs'> {
  const runByName = db.prepare('SELECT ordinal, doc FROM run WHERE run = ? AND is_finished < 2');
  const runsNewest = db.prepare(
    'SELECT ordinal, doc FROM run WHERE is_finished < 2 ORDER BY ordinal DESC LIMIT ?',
  );
  const runsUnfinished = db.prepare('SELECT ordinal, doc FROM run WHERE is_finished = 0 ORDER BY ordinal');
  const slicedAt = db.prepare('SELECT doc FROM sliced_scenario WHERE run = ? AND scenario = ?');
  const frameKeys = db.prepare(
    'SELECT seq FROM frame WHERE run = ? AND scenario = ? AND slice = ? AND attempt = ? ORDER BY seq',
  );
  const frameAt = db.prepare(
    'SELECT results AS doc FROM frame WHERE run = ? AND scenario = ? AND slice = ? AND attempt = ? AND seq = ?',
  );
  const eventsFrom = db.prepare(
    `SELECT cursor, doc FROM event
     WHERE run = ?1 AND cursor >= (SELECT max(cursor) FROM event WHERE run = ?1 AND cursor <= ?2 + 1)
     ORDER BY cursor LIMIT ?3`,
  );
  const agentByName = db.prepare('SELECT doc FROM agent WHERE agent = ?');

  return {
    run: (run) => {
      const row = runByName.get(run) as RunRow | undefined;
      return row ? runOf(row) : null;
    },
    runs: (limit) => (runsNewest.all(limit) as unknown as RunRow[]).map(runOf),
    unfinishedRuns: () => (runsUnfinished.all() as unknown as RunRow[]).map(runOf),
    ...shardReads(db),
    slicedScenario: (run, scenario) => {
      const row = slicedAt.get(run, scenario) as DocRow | undefined;
      return row ? (JSON.parse(row.doc) as SlicedScenario) : null;
    },
    frameSeqs: (run, place, attempt) =>
      (frameKeys.all(run, place.scenario, place.slice, attempt) as { seq: number }[]).map((row) => row.seq),
    frame: ({ run, place, attempt, seq }) => {
      const row = frameAt.get(run, place.scenario, place.slice, attempt, seq) as DocRow | undefined;
      invariant(row, 'a frame that was announced is stored');
      return JSON.parse(row.doc) as StepResult[];
    },
    eventsAfter: (run, cursor, limit) =>
      (eventsFrom.all(run, cursor, limit) as unknown as EventRow[]).map(
        (row) => ({ ...(JSON.parse(row.doc) as object), cursor: row.cursor }) as StoredEvent,
      ),
    agent: (agent) => {
      const row = agentByName.get(agent) as DocRow | undefined;
      return row ? (JSON.parse(row.doc) as StoredAgent) : null;
    },
  };
}

type ShardReads = Pick<
  RunStoreReads,
  'shard' | 'activeShards' | 'waitingShards' | 'waitingCount' | 'shardsOfScenario' | 'head' | 'plan'
>;

function shardReads(db: DatabaseSync): ShardReads {
  const shardAt = db.prepare(
    `SELECT ${shardColumns} FROM shard WHERE run = ? AND scenario = ? AND slice = ?`,
  );
  const shardsActive = db.prepare(
    `SELECT ${shardColumns} FROM shard WHERE run = ? AND state = 1 ORDER BY scenario, slice`,
  );
  const shardsWaiting = db.prepare(
    `SELECT ${shardColumns} FROM shard WHERE run = ? AND state = 0 ORDER BY rank, scenario, slice LIMIT ?`,
  );
  const waitingCount = db.prepare('SELECT count(*) AS count FROM shard WHERE run = ? AND state = 0');
  const shardsOf = db.prepare(
    `SELECT ${shardColumns} FROM shard WHERE run = ? AND scenario = ? ORDER BY slice`,
  );
  const headAt = db.prepare('SELECT head AS doc FROM plan WHERE run = ? AND scenario = ? AND slice = ?');
  const planAt = db.prepare('SELECT doc FROM plan WHERE run = ? AND scenario = ? AND slice = ?');
  const textAt = (statement: StatementSync, run: number, place: ShardPlace): string => {
    const row = statement.get(run, place.scenario, place.slice) as DocRow | undefined;
    invariant(row, 'every shard has its plan');
    return row.doc;
  };
  return {
    shard: (run, place) => {
      const row = shardAt.get(run, place.scenario, place.slice) as ShardRow | undefined;
      return row ? shardOf(row) : null;
    },
    activeShards: (run) => (shardsActive.all(run) as unknown as ShardRow[]).map(shardOf),
    waitingShards: (run, limit) => (shardsWaiting.all(run, limit) as unknown as ShardRow[]).map(shardOf),
    waitingCount: (run) => (waitingCount.get(run) as { count: number }).count,
    shardsOfScenario: (run, scenario) => (shardsOf.all(run, scenario) as unknown as ShardRow[]).map(shardOf),
    head: (run, place) => headOfText(textAt(headAt, run, place)),
    plan: (run, place) => textAt(planAt, run, place),
  };
}

function runOf(row: RunRow): StoredRun {
  return { ...(JSON.parse(row.doc) as Omit<StoredRun, 'ordinal'>), ordinal: row.ordinal };
}

function shardOf(row: ShardRow): StoredShard {
  const place = { scenario: row.scenario, slice: row.slice };
  return { run: row.run, place, expectedMs: -row.rank, shard: JSON.parse(row.doc) as Shard };
}
