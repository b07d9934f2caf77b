import { expect, test } from 'vitest';
import { measure, processCpuSeconds } from './measure.ts';

test('runs an action as often as asked, never more at once than allowed', async () => {
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  const measurement = await measure({ count: 7, concurrency: 3 }, async (index) => {
    seen.push(index);
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  });
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
  expect(measurement.count).toBe(7);
  expect(measurement.p50Ms).toBeLessThanOrEqual(measurement.p95Ms);
});

test('ends with the first failure', async () => {
  const failing = measure({ count: 5, concurrency: 1 }, async (index) => {
    if (index === 2) throw new Error('third');
  });
  await expect(failing).rejects.toThrow('third');
});

test('counts the processor time of a process', () => {
  const before = processCpuSeconds(process.pid);
  for (const started = process.cpuUsage().user; process.cpuUsage().user - started < 50_000; );
  expect(processCpuSeconds(process.pid) - before).toBeGreaterThan(0.02);
});
