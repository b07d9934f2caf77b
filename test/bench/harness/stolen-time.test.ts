import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readProcessorTimes, stolenShare } from './stolen-time.ts';

test('reads what the kernel counts, and guests only once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-stolen-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'stat');
  writeFileSync(file, 'cpu  10 20 30 400 5 6 7 22 9 9\ncpu0 1 2 3 4 5 6 7 8 9 9\n');
  expect(readProcessorTimes(file)).toEqual({ total: 500, stolen: 22 });
  expect(readProcessorTimes().total).toBeGreaterThan(0);
});

test('is the share between two times', () => {
  expect(stolenShare({ total: 100, stolen: 10 }, { total: 300, stolen: 20 })).toBe(0.05);
  expect(stolenShare({ total: 100, stolen: 10 }, { total: 100, stolen: 10 })).toBe(0);
});
