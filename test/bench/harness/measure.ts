/** Times many executions of one action, with what they cost the processor. */

import { readFileSync } from 'node:fs';
import { percentile } from './statistics.ts';

export interface Measurement {
  count: number;
  p50Ms: number;
  p95Ms: number;
  perSecond: number;
  /** Of the whole machine, so that the work of dockerd and runc counts; keep the machine otherwise idle. */
  cpuSecondsPer1000: number;
}

export interface MeasureOptions {
  count: number;
  /** How many run at once. */
  concurrency: number;
}

/** Runs `action` `count` times; the first failure ends the measurement. */
export async function measure(
  { count, concurrency }: MeasureOptions,
  action: (index: number) => Promise<unknown>,
): Promise<Measurement> {
  const durations: number[] = [];
  const cpuBefore = machineCpuSeconds();
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const before = performance.now();
      await action(index);
      durations.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - started) / 1000;
  return {
    count,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
    perSecond: count / seconds,
    cpuSecondsPer1000: ((machineCpuSeconds() - cpuBefore) / count) * 1000,
  };
}

/** Seconds that all processors together were busy since the machine started; Linux counts them in steps of 10 ms. */
export function machineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/)
    .map(Number);
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softIrq ?? 0)) / ticksPerSecond;
}

/** Seconds that a process and its reaped children were busy. */
export function processCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; the fields after it do not.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [userTicks = 0, systemTicks = 0, childUserTicks = 0, childSystemTicks = 0] = fields.slice(11, 15);
  return (userTicks + systemTicks + childUserTicks + childSystemTicks) / ticksPerSecond;
}

/** USER_HZ, which is 100 on every Linux that people run. */
const ticksPerSecond = 100;
