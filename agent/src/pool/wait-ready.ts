/** Waits until a started service is ready: each of its probes in turn, until the deadline, or until its container has ended. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import { readyProbeMs } from '@cleangrid/core/limits.ts';
import type { PlannedService, ReadyProbe } from '@cleangrid/core/plan.ts';
import { failed, type Verdict } from '@cleangrid/core/verdict.ts';
import { describeProbe, type ProbedContainer, tryProbe } from './ready-probe.ts';

export interface WaitReadyParts {
  clock: Clock;
  container: ProbedContainer;
  /** Null while the container runs; else the verdict on how it ended. */
  ended(): Promise<Verdict | null>;
}

/** Null: ready. Otherwise why it is not, and whose fault that is. */
export async function waitReady(
  service: PlannedService,
  { clock, container, ended }: WaitReadyParts,
  signal: AbortSignal,
): Promise<Verdict | null> {
  const deadlineMs = clock.monotonicMs() + service.readyTimeoutMs;
  const timeout = new AbortController();
  const cancelTimeout = clock.after(service.readyTimeoutMs, () => timeout.abort());
  const stop = AbortSignal.any([signal, timeout.signal]);
  try {
    for (const probe of service.ready) {
      let last = untried;
      for (;;) {
        const answer = await tryProbe(probe, container, stop);
        if (answer.ready) break;
        signal.throwIfAborted();
        // What the deadline cut off says nothing of the service.
        if (!timeout.signal.aborted || last === untried) last = answer.why || last;
        const verdict = await ended();
        if (verdict) return verdict;
        if (clock.monotonicMs() >= deadlineMs) return notReady(service, probe, last);
        await sleep(clock, readyProbeMs, signal);
      }
    }
    return await ended();
  } finally {
    cancelTimeout();
  }
}

const untried = 'it did not answer';

function notReady(service: PlannedService, probe: ReadyProbe, why: string): Verdict {
  const waited = formatDuration(service.readyTimeoutMs);
  const message = `service ${service.name} was not ready within ${waited}: ${describeProbe(probe)}: ${why}`;
  return failed('service_not_ready', message);
}
