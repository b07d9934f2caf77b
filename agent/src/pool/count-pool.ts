/** What a pool holds, in as many lines as people can read. */

import type { PoolCount } from '@cleangrid/core/protocol.ts';
import { poolLabelsToldMax } from '@cleangrid/core/limits.ts';
import type { PooledContainer } from './pool.ts';

/** By label; beyond `poolLabelsToldMax` of them nothing is told. */
export function countPool(containers: readonly PooledContainer[]): PoolCount[] {
  const counts = new Map<string, PoolCount>();
  for (const { label, state } of containers) {
    const count = counts.get(label) ?? { label, ready: 0, leased: 0, changing: 0 };
    counts.set(label, count);
    if (state === 'ready') count.ready += 1;
    else if (state === 'leased') count.leased += 1;
    else count.changing += 1;
  }
  return [...counts.values()]
    .toSorted((left, right) => (left.label < right.label ? -1 : 1))
    .slice(0, poolLabelsToldMax);
}
