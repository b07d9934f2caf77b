import { id } from '@cleangrid/core/ids.ts';
import { sampleRun } from '@cleangrid/core/report/sample-records.ts';
import { broken, failed, passed, skipped, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { isProof, judgeRedGreen, type RedGreen } from './judge-red-green.ts';
import type { RunOutcome, ScenarioOutcome } from './run-outcome.ts';

const missed = failed('expectation', 'no');

function outcome(...scenarios: ScenarioOutcome[]): RunOutcome {
  return { record: sampleRun(), scenarios: new Map(scenarios.map((one) => [one.id, one])) };
}

function scenario(verdict: Verdict, differing: Partial<ScenarioOutcome> = {}): ScenarioOutcome {
  const step = { id: id<never>('s'), name: 's', command: 'true', expectDigest: 'e', verdict, durationMs: 1 };
  const name = differing.name ?? 'pay';
  return {
    id: id(name),
    name,
    suite: 'orders',
    verdict,
    flaky: false,
    spanExpectations: null,
    steps: [step],
    spans: [],
    ...differing,
  };
}

function judged(before: ScenarioOutcome, after: ScenarioOutcome | null): RedGreen | undefined {
  return judgeRedGreen(outcome(before), outcome(...(after ? [after] : [])))[0]?.judged;
}

const weaker = scenario(passed, {
  steps: scenario(passed).steps.map((step) => ({ ...step, expectDigest: 'weaker' })),
});
const otherCommand = scenario(passed, {
  steps: scenario(passed).steps.map((step) => ({ ...step, command: 'echo ok' })),
});

test.each([
  ['turned', scenario(missed), scenario(passed)],
  ['still_red', scenario(missed), scenario(missed)],
  ['broke', scenario(passed), scenario(missed)],
  ['green', scenario(passed), scenario(passed)],
  ['green', scenario(passed), scenario(passed, { flaky: true })],
  ['vanished', scenario(missed), null],
  ['flaky', scenario(missed), scenario(passed, { flaky: true })],
  ['changed', scenario(missed), weaker],
  ['changed', scenario(missed), otherCommand],
  ['changed', scenario(missed, { spanExpectations: [] }), scenario(passed)],
  ['unknown', scenario(broken('disk_full', 'full')), scenario(passed)],
  ['unknown', scenario(failed('setup', 'no')), scenario(passed)],
  ['unknown', scenario(missed), scenario(skipped('service', 'db'))],
  ['unknown', scenario(passed), scenario(broken('disk_full', 'full'))],
] as const)('judges %s', (expected, before, after) => {
  expect(judged(before, after)).toBe(expected);
});

test('is a proof only where something turned and nothing else is wrong', () => {
  const run = (...verdicts: Verdict[]): RunOutcome =>
    outcome(...verdicts.map((verdict, index) => scenario(verdict, { name: `${index}` })));
  const proves = (red: RunOutcome, green: RunOutcome): boolean => isProof(judgeRedGreen(red, green));
  expect(proves(run(missed, passed), run(passed, passed))).toBe(true);
  expect(proves(run(passed, passed), run(passed, passed))).toBe(false);
  expect(proves(run(missed, passed), run(passed, missed))).toBe(false);
  expect(proves(run(missed, missed), run(passed))).toBe(false);
  expect(proves(run(), run())).toBe(false);
});

test('minds no place in a file', () => {
  const at = (line: number): ScenarioOutcome['spanExpectations'] => [
    { kind: 'acyclic', source: { file: 'a', line, column: 1 } },
  ];
  const before = scenario(missed, { spanExpectations: at(1) });
  expect(judged(before, scenario(passed, { spanExpectations: at(9) }))).toBe('turned');
});
