import { expect, test } from 'vitest';
import {
  broken,
  cancelled,
  exitCodeOf,
  failed,
  noOutcomes,
  passed,
  scenarioVerdict,
  skipped,
} from './verdict.ts';

const fail = failed('expectation', 'no');
const broke = broken('agent_lost', 'gone');
const skip = skipped('earlier_step', 'after a failure');
const cancel = cancelled('user', 'enough');

test.each([
  [[passed, passed], 'passed'],
  [[passed, fail, skip], 'failed'],
  [[passed, broke, fail], 'failed'],
  [[passed, broke, skip], 'broken'],
  [[fail, cancel], 'cancelled'],
  [[skip, skip], 'skipped'],
  [[passed, skip], 'passed'],
  [[], 'skipped'],
] as const)('gives a scenario of %j the outcome %s', (steps, outcome) => {
  expect(scenarioVerdict(steps).outcome).toBe(outcome);
});

test('a scenario says that a death was not proved, also when others were', () => {
  const unproven = cancelled('death_unproven', 'agent-1 said nothing');
  expect(scenarioVerdict([cancel, passed, unproven])).toEqual(unproven);
});

test.each([
  [{}, 0],
  [{ passed: 3, flaky: 1, skipped: 1 }, 0],
  [{ passed: 1, failed: 1, broken: 1 }, 1],
  [{ passed: 1, broken: 1 }, 3],
  [{ failed: 1, cancelled: 1 }, 4],
])('turns %j into exit code %d', (counts, code) => {
  expect(exitCodeOf({ ...noOutcomes(), ...counts })).toBe(code);
});
