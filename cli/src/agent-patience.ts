/** How long a run of a grid may wait for somebody to run it. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { RunEvent } from '@cleangrid/core/run-service.ts';

/** `begins`: nothing can run since now. `ends`: for too long; once. */
export type Patience = 'untouched' | 'begins' | 'ends';

/** A coordinator tells every few seconds that nothing can run; every other event ends the waiting. */
export function agentPatience(clock: Clock, waitMsMax: number): (event: RunEvent) => Patience {
  let sinceMs: number | null = null;
  let isOver = false;
  return ({ kind }) => {
    if (kind !== 'waiting') {
      sinceMs = null;
      return 'untouched';
    }
    const nowMs = clock.monotonicMs();
    const isFirst = sinceMs === null;
    sinceMs ??= nowMs;
    if (isOver || (nowMs - sinceMs < waitMsMax && !isFirst)) return 'untouched';
    if (nowMs - sinceMs < waitMsMax) return 'begins';
    isOver = true;
    return 'ends';
  };
}
