/** The one place where a shard's move takes effect: books, events and counts follow from the states before and after. */

import { invariant } from '@cleangrid/core/errors.ts';
import { paceWeight } from '@cleangrid/core/limits.ts';
import type { FenceAnswer, Shard, ShardEvent } from '@cleangrid/core/shard.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { nextShard } from '@cleangrid/core/shard-state.ts';
import { closeShard } from './close-shard.ts';
import type { ActiveShard, Agent, Grid } from './grid.ts';
import { isLive, shardKey } from './grid.ts';
import { noteLost } from './trace/note-lost.ts';
import type { Turn } from './turn.ts';

export function moveShard(turn: Turn, active: ActiveShard, event: ShardEvent): FenceAnswer {
  const before = active.shard;
  const move = nextShard(before, event);
  if (move.shard === before) return move.answer;
  active.shard = move.shard;
  turn.dirtyShards.add(active);
  // Until the flush the store does not know it: whoever looks for it in this turn must find it here.
  turn.grid.active.set(shardKey(active.run.record.run, shardId(active.place)), active);
  keepBooks(turn.grid, active, before);
  noteStart(turn, active, before);
  if (neverTold(move.shard, event)) noteLost(turn, active, before.attempt);
  const number = before.attempt?.number;
  if (move.retried && number !== undefined) {
    const { place } = active;
    turn.addEvent(active.run, { kind: 'scenario_retried', place, attempt: number, verdict: move.retried });
  }
  if (move.shard.state === 'closed') {
    notePace(active, move.shard.outcome.durationMs);
    closeShard(turn, active, move.shard.outcome);
  }
  return move.answer;
}

/** Who holds it, and whether it waits. */
function keepBooks(grid: Grid, active: ActiveShard, before: Shard): void {
  const { shard, run, place, expectedMs } = active;
  const [oldHolder, newHolder] = [holder(grid, before), holder(grid, shard)];
  if (oldHolder !== newHolder) {
    oldHolder?.held.delete(active);
    newHolder?.held.add(active);
  }
  if (shard.attempt?.number !== before.attempt?.number) active.heard = new Map();
  if (before.state === shard.state) return;
  if (before.state === 'waiting') run.waiting.remove(place);
  if (shard.state === 'waiting') run.waiting.add({ run: run.record.ordinal, place, expectedMs, shard });
}

/** An attempt before the newest, or the last one, is over, and its agent did not say so. */
function neverTold({ state }: Shard, { kind }: ShardEvent): boolean {
  return kind === 'assign' || (state === 'closed' && kind !== 'close' && kind !== 'stopped');
}

function holder(grid: Grid, shard: Shard): Agent | null {
  if (!isLive(shard) || !shard.attempt) return null;
  const { agent, boot } = shard.attempt.owner;
  const known = grid.agents.get(agent);
  return known?.boot === boot ? known : null;
}

function noteStart(turn: Turn, active: ActiveShard, before: Shard): void {
  const { attempt, kind } = active.shard;
  const wasStarted = before.attempt?.number === attempt?.number && before.attempt?.started === true;
  if (!attempt?.started || wasStarted) return;
  active.startedMs = turn.nowMs;
  const { run, place } = active;
  if (kind === 'slice') {
    const sliced = turn.grid.store.slicedScenario(run.record.ordinal, place.scenario);
    invariant(sliced, 'a slice belongs to a sliced scenario');
    if (sliced.hasStarted) return;
    turn.writes.putSlicedScenario(run.record.ordinal, place.scenario, { ...sliced, hasStarted: true });
  }
  const { agent, host } = attempt.owner;
  turn.addEvent(run, { kind: 'scenario_started', place, attempt: attempt.number, agent, host });
}

function notePace(active: ActiveShard, durationMs: number): void {
  if (durationMs <= 0) return;
  const pace = durationMs / Math.max(active.expectedMs, 1);
  active.run.pace = active.run.pace * (1 - paceWeight) + pace * paceWeight;
}
