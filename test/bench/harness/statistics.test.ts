import { expect, test } from 'vitest';
import { median, medianRatio, percentile } from './statistics.ts';

test('takes percentiles that were really measured', () => {
  const samples = [5, 1, 4, 2, 3];
  expect(median(samples)).toBe(3);
  expect(percentile(samples, 0.95)).toBe(5);
  expect(percentile(samples, 0)).toBe(1);
  expect(percentile([], 0.5)).toBeNaN();
});

test('compares variants round by round', () => {
  expect(medianRatio([10, 40, 30], [1, 2, 3])).toBe(10);
  expect(() => medianRatio([1], [1, 2])).toThrow('same rounds');
});
