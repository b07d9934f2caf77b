/** Whether a container still lives the life it lived before: when something in it dies, it may be dying itself. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { containerDeathPollMs, containerDeathShownMsMax } from '@cleangrid/core/limits.ts';
import type { Containers } from './container-runtime.ts';

/** One life of a container: it is another one after a restart. */
export interface ContainerLife {
  container: string;
  startedAtMs: number | null;
}

export interface LifeParts {
  containers: Containers;
  clock: Clock;
}

/** Resolves once a death would have shown. Rejects with `not_running` or `not_found` when the container's life has ended, or as the runtime does. */
export async function proveAlive(
  { containers, clock }: LifeParts,
  { container, startedAtMs }: ContainerLife,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += containerDeathPollMs) {
    const now = await containers.get(container);
    if (now.state === 'paused') throw new GridError('not_running', `the container ${container} is paused`);
    if (now.state !== 'running' || now.startedAtMs !== startedAtMs) throw containerEnded(container);
    if (waitedMs >= containerDeathShownMsMax) return;
    await sleep(clock, containerDeathPollMs);
  }
}

export function containerEnded(container: string): GridError {
  return new GridError('not_running', `the container ${container} ended, or was restarted`);
}
