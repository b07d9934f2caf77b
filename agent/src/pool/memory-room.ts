/** The host's memory that pooled containers may count for: whether more of them fit, and which idle ones go for others. Pure. */

import { type Instance, isComing } from './instance.ts';

/** With what is idle removed if need be. */
export function hasRoom(instances: readonly Instance[], bytes: number, memoryBytes: number): boolean {
  const inUse = instances.filter((instance) => instance.state !== 'ready');
  // The first lease always gets what it needs: there is nothing to wait for.
  return inUse.every(isComing) || bytesOf(inUse) + bytes <= memoryBytes;
}

/** Idle ones that are too many, the least recently used first. */
export function tooManyIdle(instances: readonly Instance[], memoryBytes: number): Instance[] {
  let bytes = bytesOf(instances);
  const idle = instances
    .filter(({ state }) => state === 'ready')
    .toSorted((left, right) => left.usedAtMs - right.usedAtMs);
  return idle.filter((instance) => {
    const isTooMany = bytes > memoryBytes;
    if (isTooMany) bytes -= instance.memoryBytes;
    return isTooMany;
  });
}

function bytesOf(instances: readonly Instance[]): number {
  return instances.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
