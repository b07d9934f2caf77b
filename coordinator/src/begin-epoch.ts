/** Begins epochs: at the coordinator's start, when mailboxes were lost, and when the store failed (rules 2 and 19). */

import { sleep } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { absenceMsMax, epochRetryMs } from '@cleangrid/core/limits.ts';
import type { EventLoop } from './event-loop.ts';
import type { Grid } from './grid.ts';
import type { Turn } from './turn.ts';

/** Resolves when mailboxes can be made. The epoch itself is committed already. */
export function beginMailboxes(grid: Grid, loop: EventLoop): Promise<void> {
  grid.discarded.clear();
  return grid.mailboxes.begin(grid.epoch, (reason) => renewEpoch(grid, loop, reason));
}

/** What is in mailboxes cannot be relied on any more. Agents wait for their welcome meanwhile, and go on with what they hold. */
export function renewEpoch(grid: Grid, loop: EventLoop, reason: string): void {
  grid.isLostAgain = grid.isRenewing;
  if (grid.isRenewing) return;
  grid.isRenewing = true;
  grid.logger.warn({ reason }, 'a new epoch begins');
  grid.mailboxesBegun = tryToRenew(grid, loop, reason);
}

async function tryToRenew(grid: Grid, loop: EventLoop, reason: string): Promise<void> {
  while (!loop.isClosed) {
    try {
      grid.isLostAgain = false;
      await loop.request((turn) => nextEpoch(turn, reason));
      await beginMailboxes(grid, loop);
      if (!grid.isLostAgain) break;
    } catch (error) {
      if (!isGridError(error)) throw error;
      grid.logger.warn({ reason: messageOf(error) }, 'no new epoch yet');
      await sleep(grid.clock, epochRetryMs);
    }
  }
  grid.isRenewing = false;
}

/** Every agent has to say hello anew: only then is it known which assigned attempts it never saw. */
function nextEpoch(turn: Turn, reason: string): void {
  const { grid } = turn;
  grid.epoch = turn.writes.beginEpoch(grid.epoch.grid);
  for (const agent of grid.agents.values()) {
    if (agent.link.state === 'absent') continue;
    turn.disconnect(agent.link.connection, reason);
    agent.link = { state: 'absent', untilMs: turn.nowMs + absenceMsMax };
  }
}
