import { expect, test } from 'vitest';
import { formatTable, formatTarget, isReached, type Target } from './benchmark.ts';

const target: Target = { name: 'p50', value: 1.234, unit: 'ms', bound: 'atMost', limit: 1.5 };

test('says in one line whether a target is reached', () => {
  expect(formatTarget(target)).toBe('target p50: 1.234 ms, to reach ≤ 1.5: reached');
  expect(formatTarget({ ...target, value: 1.6 })).toBe('target p50: 1.6 ms, to reach ≤ 1.5: missed');
  expect(formatTarget({ name: 'rate', value: 59.99, unit: 'times', bound: 'atLeast', limit: 60 })).toBe(
    'target rate: 59.99 times, to reach ≥ 60: missed',
  );
});

test('reaches nothing with a value that is not a number', () => {
  expect(isReached({ ...target, value: Number.NaN })).toBe(false);
  expect(isReached({ ...target, value: Number.NaN, bound: 'atLeast' })).toBe(false);
});

test('aligns a table by its columns', () => {
  const rows = [
    { way: 'plain', p50: 46, rate: 22 },
    { way: 'supervisor', p50: 1.1, rate: 1991.4 },
  ];
  expect(formatTable(rows)).toBe('way         p50  rate\nplain        46    22\nsupervisor  1.1  1991');
});
