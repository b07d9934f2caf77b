/** The reading half of the SQLite run store; also all that a run history needs of a store that belongs to another process. */

import type { DatabaseSync } from 'node:sqlite';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import { prunedError } from '../known-run.ts';
import type {
  RunStoreReads,
  SlicedScenario,
  StoredAgent,
  StoredEvent,
  StoredRun,
  StoredShard,
} from '../run-store.ts';
import { headOfText } from '../shard-head.ts';
import { resultsOfText } from './frame-text.ts';
import type { PlanPages, PlanPlace, PlanTexts } from './sqlite-plan-pages.ts';

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

const shardColumns = 'run, scenario, slice, rank, doc';

/** Throws what `node:sqlite` throws; the store wraps it. */
export function sqliteReads(db: DatabaseSync, pages: PlanPages): Omit<RunStoreReads, 'expectedMs'> {
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
  const eventsAt = db.prepare(
    'SELECT doc FROM event WHERE run = ? AND cursor <= ? ORDER BY cursor DESC LIMIT 1',
  );
  const agentByName = db.prepare('SELECT doc FROM agent WHERE agent = ?');

  return {
    run: (run) => {
      const row = runByName.get(run) as RunRow | undefined;
      return row ? runOf(row) : null;
    },
    runs: (limit) => (runsNewest.all(limit) as unknown as RunRow[]).map(runOf),
    unfinishedRuns: () => (runsUnfinished.all() as unknown as RunRow[]).map(runOf),
    ...shardReads(db, pages),
    slicedScenario: (run, scenario) => {
      const row = slicedAt.get(run, scenario) as DocRow | undefined;
      return row ? (JSON.parse(row.doc) as SlicedScenario) : null;
    },
    frameSeqs: (run, place, attempt) =>
      (frameKeys.all(run, place.scenario, place.slice, attempt) as { seq: number }[]).map((row) => row.seq),
    frame: ({ run, place, attempt, seq }) => {
      const row = frameAt.get(run, place.scenario, place.slice, attempt, seq) as DocRow | undefined;
      if (!row) throw prunedError();
      return resultsOfText(row.doc);
    },
    eventsAfter: (run, cursor) => {
      const row = eventsAt.get(run, cursor + 1) as DocRow | undefined;
      return row ? (JSON.parse(row.doc) as StoredEvent[]) : [];
    },
    agent: (agent) => {
      const row = agentByName.get(agent) as DocRow | undefined;
      return row ? (JSON.parse(row.doc) as StoredAgent) : null;
    },
  };
}

type ShardReads = Pick<
  RunStoreReads,
  | 'shard'
  | 'activeShards'
  | 'waitingShards'
  | 'waitingCount'
  | 'shardsOfScenario'
  | 'head'
  | 'plan'
  | 'headAndPlan'
>;

function shardReads(db: DatabaseSync, pages: PlanPages): ShardReads {
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
  const planPlaceAt = db.prepare('SELECT page, line FROM shard WHERE run = ? AND scenario = ? AND slice = ?');
  const textsAt = (run: number, place: ShardPlace): PlanTexts => {
    const row = planPlaceAt.get(run, place.scenario, place.slice);
    if (!row) throw prunedError();
    return pages.read(run, row as unknown as PlanPlace);
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
    head: (run, place) => headOfText(textsAt(run, place).head),
    plan: (run, place) => textsAt(run, place).plan,
    headAndPlan: (run, place) => {
      const { head, plan } = textsAt(run, place);
      return { head: headOfText(head), json: plan };
    },
  };
}

function runOf(row: RunRow): StoredRun {
  return { ...(JSON.parse(row.doc) as Omit<StoredRun, 'ordinal'>), ordinal: row.ordinal };
}

function shardOf(row: ShardRow): StoredShard {
  const place = { scenario: row.scenario, slice: row.slice };
  return { run: row.run, place, expectedMs: -row.rank, shard: JSON.parse(row.doc) as Shard };
}
