/** Cancels a run: first the wish is committed, then what waits is closed in pages, and what lives is revoked (rule 17). */

import { cancelPageMax } from '@cleangrid/core/limits.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import type { EventLoop } from './event-loop.ts';
import { activate } from './find-shard.ts';
import { flushTurn } from './flush-turn.ts';
import type { ActiveRun, ActiveShard } from './grid.ts';
import { moveShard } from './move-shard.ts';
import { type Turn, refOf } from './turn.ts';

/** A second wish changes nothing. */
export function cancelRun(turn: Turn, loop: EventLoop, wish: { run: ActiveRun; message: string }): void {
  const { run, message } = wish;
  if (run.record.cancelling !== null) return;
  run.record.cancelling = message;
  turn.dirtyRuns.add(run);
  run.waiting.clear();
  turn.afterCommit(() => loop.post((next) => sweepRun(next, loop, run)));
}

/** Applies a committed wish to the shards that there are now. */
export function sweepRun(turn: Turn, loop: EventLoop, run: ActiveRun): void {
  const { grid } = turn;
  const message = run.record.cancelling;
  if (message === null || grid.runs.get(run.record.run) !== run) return;
  for (const active of grid.active.values()) {
    if (active.run === run && active.shard.cancelling === null) cancelShard(turn, active, message);
  }
  flushTurn(turn);
  const page = grid.store.waitingShards(run.record.ordinal, cancelPageMax);
  for (const stored of page) cancelShard(turn, activate(grid, run, stored), message);
  if (page.length === cancelPageMax) turn.afterCommit(() => loop.post((next) => sweepRun(next, loop, run)));
}

function cancelShard(turn: Turn, active: ActiveShard, message: string): void {
  active.cancelledMs = turn.nowMs;
  moveShard(turn, active, { kind: 'cancel', message });
  const { shard } = active;
  if (shard.state !== 'active') return;
  const agent = turn.grid.agents.get(shard.attempt.owner.agent);
  if (agent?.boot !== shard.attempt.owner.boot || agent.link.state !== 'ready') return;
  turn.answer(agent.link.connection, { kind: 'revoke', ref: refOf(active, shardId(active.place)) });
}
