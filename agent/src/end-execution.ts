/** Ends a running command and what it started: TERM, grace, KILL, and looks until nobody is left. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { containerDeathPollMs, killMsMax, stopGraceMs } from '@cleangrid/core/limits.ts';
import type { StepExit } from '@cleangrid/core/result.ts';
import type { Containers, Execution } from './container-runtime.ts';
import { type MarkedProcesses, signalMarked } from './marked-processes.ts';

export interface RunningProcesses {
  execution: Execution;
  processes: MarkedProcesses;
}

/** How the command ended; null where it could not be ended, or nobody can be asked. Then the container must go. */
export async function endExecution(
  { containers, clock }: { containers: Containers; clock: Clock },
  { execution, processes }: RunningProcesses,
): Promise<StepExit | null> {
  const termed = await signalMarked(containers, processes, { signal: 'TERM', sessions: [] });
  if (termed === null) return null;
  await settledWithin(clock, execution.exited, stopGraceMs);
  const isGone = await killUntilGone({ containers, clock }, processes, termed.sessions);
  if (!isGone || !(await settledWithin(clock, execution.exited, killMsMax))) return null;
  const exit = await execution.exited;
  return exit.kind === 'exited' ? { kind: 'code', code: exit.code } : null;
}

async function killUntilGone(
  { containers, clock }: { containers: Containers; clock: Clock },
  processes: MarkedProcesses,
  knownSessions: string[],
): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + killMsMax;
  for (let sessions = knownSessions; ; ) {
    const found = await signalMarked(containers, processes, { signal: 'KILL', sessions });
    if (found === null || found.count === 0) return found !== null;
    if (clock.monotonicMs() >= deadlineMs) return false;
    sessions = found.sessions;
    await sleep(clock, containerDeathPollMs);
  }
}

/** Whether the promise settled before the time was over. */
async function settledWithin(clock: Clock, promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(ms, () => resolve(false));
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, over]).finally(cancel);
}
