import { id } from '@cleangrid/core/ids.ts';
import { sampleRun } from '@cleangrid/core/report/sample-records.ts';
import type { RunRecord } from '@cleangrid/core/run-service.ts';
import { failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { compareRuns, type Difference } from './compare-runs.ts';
import { sampleSpan, spanId } from './fake/sample-spans.ts';
import type { RunOutcome, ScenarioOutcome, StepOutcome } from './run-outcome.ts';

const missed = failed('expectation', 'no');

function step(name: string, verdict: Verdict = passed, durationMs = 10): StepOutcome {
  return { id: id(name), name, command: 'true', expectDigest: 'e', verdict, durationMs };
}

function scenario(differing: Partial<ScenarioOutcome> = {}): ScenarioOutcome {
  const name = differing.name ?? 'pay';
  return {
    id: id(name),
    name,
    suite: 'orders',
    verdict: passed,
    flaky: false,
    spanExpectations: null,
    steps: [],
    spans: [],
    ...differing,
  };
}

function compared(
  before: ScenarioOutcome,
  after: ScenarioOutcome,
  record: Partial<RunRecord> = {},
): Difference[] {
  const run = (one: ScenarioOutcome): RunOutcome => ({
    record: sampleRun(record),
    scenarios: new Map([[one.id, one]]),
  });
  return compareRuns({ before: run(before), after: run(after), slowerPercent: 100 });
}

const request = sampleSpan('GET /', [0, 10]);
const query = (name: string, ms: number) => sampleSpan(name, [0, ms], { parentSpanId: spanId('GET /') });

test('finds nothing in two runs of the same', () => {
  const one = scenario({ steps: [step('a')], spans: [request, query('db', 5)] });
  expect(compared(one, { ...one, spans: [query('db', 7), request] })).toEqual([]);
});

test('says which scenarios appeared and vanished', () => {
  expect(compared(scenario({ name: 'old', verdict: missed }), scenario({ name: 'new' }))).toEqual([
    { kind: 'scenario', change: 'appeared', scenario: 'new', name: null, before: null, after: 'passed' },
    {
      kind: 'scenario',
      change: 'vanished',
      scenario: 'old',
      name: null,
      before: 'failed (expectation)',
      after: null,
    },
  ]);
});

test('says which verdicts changed, also by their reason, and which steps came and went', () => {
  const before = scenario({ steps: [step('a'), step('gone')] });
  const after = scenario({ verdict: missed, flaky: false, steps: [step('a', missed), step('new')] });
  expect(compared(before, after)).toMatchObject([
    { kind: 'scenario', change: 'verdict', before: 'passed', after: 'failed (expectation)' },
    { kind: 'step', change: 'verdict', name: 'a', after: 'failed (expectation)' },
    { kind: 'step', change: 'appeared', name: 'new' },
    { kind: 'step', change: 'vanished', name: 'gone' },
  ]);
  const timeout = scenario({ verdict: failed('timeout', 'slow') });
  expect(compared(scenario({ verdict: missed }), timeout)).toHaveLength(1);
  expect(compared(scenario(), scenario({ flaky: true }))).toMatchObject([{ after: 'passed (flaky)' }]);
});

test('compares the spans of programs by where they stand and how many they are', () => {
  const before = scenario({ spans: [request, query('db', 5), query('cache', 5)] });
  const twice = { ...query('db', 5), spanId: 'f'.repeat(16) };
  const after = scenario({ spans: [request, query('db', 5), twice, query('mail', 1)] });
  expect(compared(before, after)).toEqual([
    { kind: 'span', change: 'vanished', scenario: 'pay', name: 'GET / › cache', before: 1, after: 0 },
    { kind: 'span', change: 'count', scenario: 'pay', name: 'GET / › db', before: 1, after: 2 },
    { kind: 'span', change: 'appeared', scenario: 'pay', name: 'GET / › mail', before: 0, after: 1 },
  ]);
  expect(compared(before, after, { traceMode: 'off' })).toEqual([]);
});

test('calls slower what grew by the part that was asked for, and by what is no noise', () => {
  const change = (beforeMs: number, afterMs: number): number =>
    compared(
      scenario({ steps: [step('a', passed, beforeMs)] }),
      scenario({ steps: [step('a', passed, afterMs)] }),
    ).length;
  expect(change(10, 150)).toBe(0);
  expect(change(1000, 1900)).toBe(0);
  expect(change(1000, 2000)).toBe(1);
  expect(change(2000, 1000)).toBe(0);
  const spans = compared(scenario({ spans: [query('db', 100)] }), scenario({ spans: [query('db', 400)] }));
  expect(spans).toMatchObject([{ kind: 'span', change: 'slower', before: 100, after: 400 }]);
});
