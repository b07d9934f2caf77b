/** The metrics that are looked up when somebody reads them. */

import type { Agent, Grid } from './grid.ts';

export function observeGrid({ meter, store, runs, agents }: Grid): void {
  meter.observe('cleangrid.runs.active', () => [{ value: runs.size }]);
  meter.observe('cleangrid.queue.depth', () => {
    const ofRuns = [...runs.values()].map(({ record }) => store.waitingCount(record.ordinal));
    return [{ value: ofRuns.reduce((sum, count) => sum + count, 0) }];
  });
  meter.observe('cleangrid.shards.active', () => {
    const held = [...agents.values()].map((agent) => agent.held.size);
    return [{ value: held.reduce((sum, count) => sum + count, 0) }];
  });
  meter.observe('cleangrid.agents', () => {
    const counts: Record<Agent['link']['state'], number> = { ready: 0, welcoming: 0, absent: 0 };
    for (const { link } of agents.values()) counts[link.state] += 1;
    return Object.entries(counts).map(([state, value]) => ({
      value,
      attributes: { 'cleangrid.agent.state': state },
    }));
  });
}
