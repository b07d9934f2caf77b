/** Finds the shard that a message names: in memory, else in the store. */

import { invariant } from '@cleangrid/core/errors.ts';
import type { RunId, StepId } from '@cleangrid/core/ids.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import { shardId, shardPlace } from '@cleangrid/core/shard-plan.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { ActiveRun, ActiveShard, Grid } from './grid.ts';
import { shardKey } from './grid.ts';
import type { StoredRun, StoredShard } from './run-store.ts';
import { readHead } from './recent-reads.ts';
import type { ShardHead } from './shard-head.ts';
import type { Turn } from './turn.ts';
import { WaitingWindow } from './waiting-window.ts';

/** Null when the store knows no such shard: of a run that was pruned, or of another grid. */
export function findShard(turn: Turn, ref: AttemptRef): ActiveShard | null {
  const { grid } = turn;
  const known = grid.active.get(shardKey(ref.run, ref.shard));
  if (known) return known;
  const place = shardPlace(ref.shard);
  const run = place ? findRun(grid, ref.run) : null;
  const stored = run && place ? grid.store.shard(run.record.ordinal, place) : null;
  return run && stored ? activate(grid, run, stored) : null;
}

/** A finished run is made for the moment only: late messages about it change nothing. */
function findRun(grid: Grid, run: RunId): ActiveRun | null {
  const known = grid.runs.get(run);
  if (known) return known;
  const record = grid.store.run(run);
  return record ? activeRun(record, grid.clock.monotonicMs()) : null;
}

export function activeRun(record: StoredRun, nowMs: number): ActiveRun {
  return { record, waiting: new WaitingWindow(), pace: 1, lastChunkMs: nowMs, stuckSinceMs: null };
}

/** Takes a stored shard into memory. A shard that is there already is one object for all. */
export function activate(grid: Grid, run: ActiveRun, stored: StoredShard): ActiveShard {
  const key = shardKey(run.record.run, shardId(stored.place));
  const known = grid.active.get(key);
  if (known) return known;
  const nowMs = grid.clock.monotonicMs();
  const active: ActiveShard = {
    run,
    place: stored.place,
    expectedMs: stored.expectedMs,
    shard: stored.shard,
    head: null,
    heard: null,
    publishedMs: nowMs,
    publishes: 0,
    startedMs: nowMs,
    cancelledMs: nowMs,
  };
  if (stored.shard.state === 'active') grid.active.set(key, active);
  return active;
}

export function headOf(grid: Grid, active: ActiveShard): ShardHead {
  active.head ??= readHead(grid, active.run.record.ordinal, active.place);
  return active.head;
}

/** Verdicts that the newest attempt has reported. */
export function heardOf(grid: Grid, active: ActiveShard): Map<StepId, Verdict> {
  active.heard ??= readHeard(grid, active);
  return active.heard;
}

function readHeard(grid: Grid, active: ActiveShard): Map<StepId, Verdict> {
  const heard = new Map<StepId, Verdict>();
  const { attempt } = active.shard;
  if (!attempt) return heard;
  const run = active.run.record.ordinal;
  for (const seq of grid.store.frameSeqs(run, active.place, attempt.number)) {
    // What came after the attempt was given up is evidence, and nothing more.
    if (seq > attempt.lastSeq) break;
    const results = grid.store.frame({ run, place: active.place, attempt: attempt.number, seq });
    for (const result of results) heard.set(result.step, result.verdict);
  }
  invariant(heard.size <= active.shard.stepCount, 'an attempt has no more results than steps');
  return heard;
}
