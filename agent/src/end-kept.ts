/** The end of what a scenario's steps left running on purpose, when its lease ends. */

import type { Logger } from 'pino';
import type { KeptProcesses } from './step-executor.ts';

/** Whether it is proved that none of them is left; if not, what they ran in may not be lent again. */
export async function endKept(kept: readonly KeptProcesses[], logger: Logger): Promise<boolean> {
  const ends = await Promise.allSettled(kept.map((processes) => processes.end()));
  for (const end of ends)
    if (end.status === 'rejected') logger.debug({ err: end.reason }, 'kept processes could not be ended');
  return ends.every((end) => end.status === 'fulfilled' && end.value.proved);
}
