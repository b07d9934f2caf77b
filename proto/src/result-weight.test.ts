import { wireWeightChars } from '@cleangrid/core/limits.ts';
import { noOutput } from '@cleangrid/core/result.ts';
import { expect, test } from 'vitest';
import { resultWeight, resultsWeight } from './result-weight.ts';

const small = { stdout: noOutput, stderr: noOutput, failedChecks: [] };
const text = 'x'.repeat(wireWeightChars);

test('a result weighs the more the more text it carries', () => {
  expect(resultWeight(small)).toBe(1);
  expect(resultWeight({ ...small, stdout: { head: text, tail: text } })).toBe(3);
  expect(resultWeight({ ...small, stderr: { head: text, tail: '' } })).toBe(2);
  expect(resultWeight({ failedChecks: [{ expected: text, actual: text }] })).toBe(3);
});

test('a message weighs as much as its results, and never nothing', () => {
  expect(resultsWeight([small, undefined, { ...small, stdout: { head: text, tail: '' } }])).toBe(4);
  expect(resultsWeight([])).toBe(1);
});
