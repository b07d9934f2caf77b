/** A pool that is measured: how long leases take, how many containers were warm, what there is. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import type { LeaseTimeline } from './lease-timeline.ts';
import type { ServicePool } from './pool.ts';

export function meteredPool(
  pool: ServicePool,
  { meter, clock }: { meter: Meter; clock: Clock },
): ServicePool {
  meter.observe('cleangrid.pool.containers', () => {
    const counts = Map.groupBy(pool.describe(), ({ state }) => state);
    return [...counts].map(([state, { length }]) => ({
      value: length,
      attributes: { 'cleangrid.container.state': state },
    }));
  });
  return {
    describe: () => pool.describe(),
    close: () => pool.close(),
    async lease(request, signal) {
      const startedMs = clock.monotonicMs();
      const timeline = counted(meter, request.timeline);
      try {
        return await pool.lease({ ...request, timeline }, signal);
      } finally {
        meter.record('cleangrid.pool.acquire', (clock.monotonicMs() - startedMs) / 1000);
      }
    },
  };
}

function counted(meter: Meter, told: LeaseTimeline | null): LeaseTimeline {
  return {
    began: (work, of) => told?.began(work, of) ?? (() => {}),
    provided(container) {
      meter.add(container.origin === 'warm' ? 'cleangrid.pool.hits' : 'cleangrid.pool.misses', 1);
      told?.provided(container);
    },
  };
}
