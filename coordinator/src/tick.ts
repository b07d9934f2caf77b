/** The coordinator's only timer: deadlines, notices to people, given-up submissions, and pruning. */

import {
  runBytesKeptMax,
  runsKeptMax,
  submissionIdleMsMax,
  tickMs,
  waitingNoticeMs,
} from '@cleangrid/core/limits.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { cancelRun } from './cancel-run.ts';
import { detectLoss } from './detect-loss.ts';
import type { EventLoop } from './event-loop.ts';
import type { ActiveRun, Grid } from './grid.ts';
import { hasWork } from './close-shard.ts';
import { discardMailbox } from './lose-agent.ts';
import type { Turn } from './turn.ts';

/** Returns what stops it. */
export function startTicking(grid: Grid, loop: EventLoop): () => void {
  let cancel = grid.clock.after(tickMs, fire);
  function fire(): void {
    cancel = grid.clock.after(tickMs, fire);
    loop.post((turn) => tick(turn, loop));
    if (grid.isPruneDue && loop.isUp) prune(grid, loop);
  }
  return () => cancel();
}

function tick(turn: Turn, loop: EventLoop): void {
  detectLoss(turn);
  turn.afterCommit(() => {
    for (const mailbox of turn.grid.discarded) discardMailbox(turn.grid, mailbox);
  });
  for (const run of turn.grid.runs.values()) {
    if (run.record.state === 'submitting' && turn.nowMs - run.lastChunkMs > submissionIdleMsMax) {
      cancelRun(turn, loop, { run, message: 'its submission was never completed' });
      run.record.state = 'running';
    }
    noteStuck(turn, run);
  }
}

/** Tells those who watch when a run has work and nobody does anything. */
function noteStuck(turn: Turn, run: ActiveRun): void {
  const { grid, nowMs } = turn;
  const isStuck = hasWork(run) && [...grid.agents.values()].every((agent) => agent.held.size === 0);
  if (!isStuck) {
    run.stuckSinceMs = null;
    return;
  }
  run.stuckSinceMs ??= nowMs;
  if (nowMs - run.stuckSinceMs < waitingNoticeMs) return;
  run.stuckSinceMs = nowMs;
  const message = reasonOf(grid);
  turn.afterCommit(() => grid.watchers.tell(run.record.run, { kind: 'waiting', message }));
}

function reasonOf(grid: Grid): string {
  const agents = [...grid.agents.values()];
  const unproven = agents.filter((agent) => agent.unproven.length > 0).map((agent) => agent.agent);
  if (unproven.length > 0)
    return `No agent can work: ${unproven.join(', ')} must first prove that cancelled processes are dead.`;
  const isWelcoming = agents.some((agent) => agent.link.state === 'welcoming');
  return isWelcoming ? 'Agents wait until the mail server works.' : 'No agent is connected.';
}

/** One bounded piece per tick. */
function prune(grid: Grid, loop: EventLoop): void {
  try {
    grid.isPruneDue = grid.store.prune({ runs: runsKeptMax, bytes: runBytesKeptMax });
  } catch (error) {
    if (!isGridError(error, 'disk_full', 'store_failed')) throw error;
    loop.fail(error);
  }
}
