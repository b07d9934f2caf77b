/** Time of the processors that the host of a virtual machine gave to others: what is measured meanwhile is slower by as much, and more. */

import { readFileSync } from 'node:fs';

/** Sums over all processors since the start of the machine, in the kernel's ticks. */
export interface ProcessorTimes {
  total: number;
  stolen: number;
}

/** `man 5 proc_stat`: user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user and nice. */
export function readProcessorTimes(file = '/proc/stat'): ProcessorTimes {
  const [line = ''] = readFileSync(file, 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/u).slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), stolen: ticks[7] ?? 0 };
}

/** Of the processors' time between the two, 0 to 1. */
export function stolenShare(before: ProcessorTimes, after: ProcessorTimes): number {
  const total = after.total - before.total;
  return total === 0 ? 0 : (after.stolen - before.stolen) / total;
}
