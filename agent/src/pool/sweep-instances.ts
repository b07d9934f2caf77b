/** Looks after instances that time has caught up with: idle too long, too old, held too long, or not healthy any more. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { messageOf } from '@cleangrid/core/errors.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { type Instance, isGone } from './instance.ts';
import type { PoolBook } from './pool-book.ts';
import { tryProbe } from './ready-probe.ts';

export interface SweepParts {
  book: PoolBook;
  runtime: ContainerRuntime;
  clock: Clock;
  meter: Meter;
  /** 0: idle ones stay as long as the agent. */
  keepWarmMs: number;
}

export function sweepInstances(parts: SweepParts): void {
  const { book, clock } = parts;
  const nowMs = clock.nowMs();
  const visited = book.visited();
  for (const instance of book.instances) {
    const isExpired = isOverdue(instance, clock.monotonicMs());
    if (isExpired && !isGone(instance)) parts.meter.add('cleangrid.pool.leases.expired', 1);
    const reason = isExpired
      ? 'its lease has expired'
      : whyRetired(instance, { nowMs, keepWarmMs: parts.keepWarmMs, visited });
    if (reason !== null) book.retire(instance, reason);
    else if (isDue(instance, nowMs)) {
      instance.healthyAtMs = nowMs;
      void checkHealth(parts, instance);
    }
  }
}

function isOverdue({ holders }: Instance, monotonicMs: number): boolean {
  return [...holders.values()].some(({ deadlineMs }) => deadlineMs !== null && deadlineMs <= monotonicMs);
}

function whyRetired(
  instance: Instance,
  { nowMs, keepWarmMs, visited }: { nowMs: number; keepWarmMs: number; visited: ReadonlySet<string> },
): string | null {
  if (instance.state === 'leased' && instance.holders.size === 0) return 'it was not given back in order';
  if (instance.state !== 'ready') return null;
  if (visited.has(instance.name)) return 'a person went in';
  if (instance.expiresAtMs <= nowMs) return 'it is too old';
  return keepWarmMs > 0 && instance.idleUntilMs <= nowMs ? 'nobody used it for long' : null;
}

function isDue({ state, service, healthyAtMs }: Instance, nowMs: number): boolean {
  return state === 'ready' && service !== null && healthyAtMs + service.healthIntervalMs <= nowMs;
}

/** One try of each ready probe. One that was lent meanwhile is its holder's to judge. */
async function checkHealth({ book, runtime, clock }: SweepParts, instance: Instance): Promise<void> {
  const { made, service } = instance;
  if (!made || !service) return;
  const container = { ...made.container, runtime };
  const timeout = new AbortController();
  const cancelTimeout = clock.after(service.healthIntervalMs, () =>
    timeout.abort(new Error('no answer in time')),
  );
  try {
    for (const probe of service.ready) {
      const answer = await tryProbe(probe, container, timeout.signal);
      if (!answer.ready) throw new Error(answer.why);
    }
  } catch (error) {
    if (instance.state === 'ready') book.retire(instance, `it is not healthy: ${messageOf(error)}`);
  } finally {
    cancelTimeout();
  }
}
