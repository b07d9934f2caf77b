import { GridError, type ErrorCode } from '@cleangrid/core/errors.ts';
import { expect, test } from 'vitest';
import { describeError } from './describe-error.ts';
import { createPaint } from './paint.ts';

const plain = createPaint(false);

test('says what is wrong, why, and what to do', () => {
  const error = new GridError('daemon_unreachable', 'Docker does not answer', {
    cause: new Error('connect EACCES'),
    hint: 'Start it.',
  });
  expect(describeError(error, plain)).toEqual({
    lines: ['error: Docker does not answer', '  because: connect EACCES', '  Start it.'],
    exitCode: 3,
  });
});

test('does not say the cause twice', () => {
  const error = new GridError('bad_usage', 'cannot read x: ENOENT', { cause: new Error('ENOENT') });
  expect(describeError(error, plain).lines).toEqual(['error: cannot read x: ENOENT']);
});

test.each<[ErrorCode, number]>([
  ['bad_suite', 2],
  ['bad_usage', 2],
  ['nothing_selected', 6],
  ['cancelled', 4],
  ['store_failed', 3],
  ['disk_full', 3],
])('ends with the code that stands for %s', (code, exitCode) => {
  expect(describeError(new GridError(code, 'x'), plain).exitCode).toBe(exitCode);
});

test('shows where a bug of ours is', () => {
  const { lines, exitCode } = describeError(new TypeError('oops'), plain);
  expect(exitCode).toBe(3);
  expect(lines.join('\n')).toMatch(/a bug of its own:\nTypeError: oops\n +at /u);
});
