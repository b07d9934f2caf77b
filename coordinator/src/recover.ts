/** Makes the coordinator's memory from its store: at its start, and after the store failed. */

import { startGraceMs } from '@cleangrid/core/limits.ts';
import { sweepRun } from './cancel-run.ts';
import type { EventLoop } from './event-loop.ts';
import type { Grid } from './grid.ts';
import { isLive } from './grid.ts';
import { activate, activeRun } from './find-shard.ts';
import { findAgent } from './find-agent.ts';

/** Agents that hold attempts get a time of grace to say hello; nothing that was finished is looked at. */
export function recover(grid: Grid): void {
  const nowMs = grid.clock.monotonicMs();
  grid.agents.clear();
  grid.runs.clear();
  grid.active.clear();
  grid.recentHeads.clear();
  grid.recentBriefs.clear();
  grid.recentClosed.clear();
  grid.recentFrames.clear();
  grid.lastTickMs = nowMs;
  grid.isPruneDue = true;
  for (const record of grid.store.unfinishedRuns()) {
    const run = activeRun(record, nowMs);
    grid.runs.set(record.run, run);
    for (const stored of grid.store.activeShards(record.ordinal)) {
      const active = activate(grid, run, stored);
      if (!isLive(stored.shard) || !stored.shard.attempt) continue;
      findAgent(grid, stored.shard.attempt.owner, nowMs + startGraceMs).held.add(active);
    }
  }
}

/** Goes on with what was decided before and not yet carried out. */
export function resumeRuns(grid: Grid, loop: EventLoop): void {
  for (const run of grid.runs.values()) {
    loop.post((turn) => {
      turn.dirtyRuns.add(run);
      sweepRun(turn, loop, run);
    });
  }
}
