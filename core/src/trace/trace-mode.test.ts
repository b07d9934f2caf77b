import { expect, test } from 'vitest';
import { singleTraceSpansMax } from '../limits.ts';
import { chooseTraceMode } from './trace-mode.ts';

const plan = (scenarios: number, steps: number) => ({
  scenarios: Array.from({ length: scenarios }, () => ({ steps: Array.from({ length: steps }) })),
});

test('auto is one trace for a run that can be drawn, and linked ones for a larger one', () => {
  expect(chooseTraceMode('auto', plan(1, 10))).toBe('single');
  expect(chooseTraceMode('auto', plan(1, singleTraceSpansMax / 2))).toBe('linked');
  expect(chooseTraceMode('auto', plan(singleTraceSpansMax / 5, 1))).toBe('linked');
});

test('what was asked for is done, whatever the size', () => {
  expect(chooseTraceMode('single', plan(1, singleTraceSpansMax))).toBe('single');
  expect(chooseTraceMode('linked', plan(1, 1))).toBe('linked');
  expect(chooseTraceMode('off', plan(1, 1))).toBe('off');
});
