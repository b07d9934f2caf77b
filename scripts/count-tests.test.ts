import { expect, test } from 'vitest';
import { countTests, formatCounts, sumCounts, type VitestReport } from './count-tests.ts';

const green: VitestReport = {
  success: true,
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ name: 'a', status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

test('counts the tests of a green report', () => {
  expect(countTests(green, 0)).toEqual({ passed: 2, failed: 0, skipped: 0 });
});

test('counts a file that could not be loaded as one failed test', () => {
  const testResults = [...green.testResults, { name: 'b', status: 'failed', assertionResults: [] }];
  expect(countTests({ ...green, success: false, testResults }, 1).failed).toBe(1);
});

test('counts a failed test once, though its file failed too', () => {
  const testResults = [{ name: 'a', status: 'failed', assertionResults: [{ status: 'failed' }] }];
  expect(countTests({ ...green, success: false, numFailedTests: 1, testResults }, 1).failed).toBe(1);
});

test('counts an exit code that no test explains as a failure', () => {
  expect(countTests(green, 1).failed).toBe(1);
});

test('counts a missing report as a failure', () => {
  expect(countTests(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('sums counts into the closing line', () => {
  const sum = sumCounts([countTests(green, 0), { passed: 1, failed: 3, skipped: 0 }]);
  expect(formatCounts(sum)).toBe('3 passed, 3 failed');
  expect(formatCounts({ ...sum, skipped: 2 })).toBe('3 passed, 3 failed, 2 skipped');
});
