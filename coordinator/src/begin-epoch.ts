/** Begins epochs: at the coordinator's start, and when mailboxes were lost (rules 2 and 19). */

import { sleep } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { absenceMsMax, epochRetryMs } from '@cleangrid/core/limits.ts';
import type { Epoch } from '@cleangrid/core/protocol.ts';
import type { EventLoop } from './event-loop.ts';
import type { Grid } from './grid.ts';
import type { Turn } from './turn.ts';

/** Resolves when mailboxes can be made. The epoch itself is committed already. */
export function beginMailboxes(grid: Grid, loop: EventLoop): Promise<void> {
  return grid.mailboxes.begin(grid.epoch, (reason) => {
    grid.mailboxesBegun = renewEpoch(grid, loop, reason);
  });
}

/** Nobody but the mailboxes' own server can end this: agents wait for their welcome until then, and go on with what they hold. */
async function renewEpoch(grid: Grid, loop: EventLoop, reason: string): Promise<void> {
  grid.logger.warn({ reason }, 'mailboxes were lost; a new epoch begins');
  while (!loop.isClosed) {
    try {
      await loop.request((turn) => nextEpoch(turn, reason));
      await beginMailboxes(grid, loop);
      return;
    } catch (error) {
      if (!isGridError(error)) throw error;
      grid.logger.warn({ reason: messageOf(error) }, 'no new epoch yet');
      await sleep(grid.clock, epochRetryMs);
    }
  }
}

/** Every agent has to say hello anew: only then is it known which assigned attempts it never saw. */
function nextEpoch(turn: Turn, reason: string): Epoch {
  const { grid } = turn;
  grid.epoch = turn.writes.beginEpoch(grid.epoch.grid);
  for (const agent of grid.agents.values()) {
    if (agent.link.state === 'absent') continue;
    turn.disconnect(agent.link.connection, reason);
    agent.link = { state: 'absent', untilMs: turn.nowMs + absenceMsMax };
  }
  return grid.epoch;
}
