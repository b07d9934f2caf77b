import { type ScenarioId, type StepId, id } from '@cleangrid/core/ids.ts';
import { sampleScenario, sampleStep } from '@cleangrid/core/report/sample-records.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { RunEvent } from '@cleangrid/core/run-service.ts';
import { failed } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { samplePlan } from './fake/sample-plan.ts';
import { createPaint } from './paint.ts';
import { followProgress, outlineOf } from './run-progress.ts';
import { elapsed, statusBlock } from './status-block.ts';

type Told = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'cursor'> : never) : never;

function follow(
  stepCounts: Record<string, number>,
  order?: PlannedScenario['order'],
): {
  tell(...events: Told[]): void;
  block(nowMs?: number, rows?: number): string[];
  at(ms: number): void;
} {
  let nowMs = 0;
  const progress = followProgress(outlineOf(samplePlan(stepCounts, order)), () => nowMs);
  return {
    at: (ms) => {
      nowMs = ms;
    },
    tell: (...events) => {
      for (const event of events) progress.apply({ ...event, cursor: 0 });
    },
    block: (atMs = nowMs, rows = 24) =>
      statusBlock({
        progress,
        paint: createPaint(false),
        nowMs: atMs,
        startedAtMs: 0,
        rows,
        state: 'running',
      }),
  };
}

const scenario = (name: string): ScenarioId => id<ScenarioId>(name);
const started = (name: string): Told => ({
  kind: 'scenario_started',
  scenario: scenario(name),
  suite: 'orders',
  name,
  attempt: 1,
  agent: id('local'),
  host: 'box',
});
const stepStarted = (name: string, step: number): Told => ({
  kind: 'step_started',
  scenario: scenario(name),
  step: id<StepId>(`steps.${step}`),
  name: `step ${step + 1}`,
});
const stepFinished = (name: string, step: number): Told => {
  const { result } = sampleStep({ result: { step: id<StepId>(`steps.${step}`) } });
  if (result === null) throw new Error('it has a result');
  return { kind: 'step_finished', scenario: scenario(name), name: `step ${step + 1}`, result };
};
const finished = (name: string, flaky = false): Told => ({
  kind: 'scenario_finished',
  scenario: scenario(name),
  record: sampleScenario({ id: scenario(name), name, flaky }),
});

test('says how far the run is', () => {
  const run = follow({ a: 2, b: 3 });
  run.tell(started('a'), stepFinished('a', 0), stepFinished('a', 1), finished('a'));
  expect(run.block(65_000)).toEqual(['', 'running 1m05s · 1 of 2 scenarios · 2 of 5 steps · 1 passed']);
});

test('shows each running scenario with its step and for how long that runs', () => {
  const run = follow({ a: 2, b: 3 });
  run.tell(started('a'), stepStarted('a', 0), stepFinished('a', 0));
  run.at(4000);
  run.tell(stepStarted('a', 1), started('b'));
  expect(run.block(7999).slice(2)).toEqual(['      3s  a 2/2 step 2', '      3s  b 1/3 getting ready']);
});

test('says what a scenario waits for before its first step', () => {
  const run = follow({ a: 2 });
  const message = 'pulling postgres:15, 2 of 14 layers';
  run.tell({ kind: 'scenario_preparing', scenario: scenario('a'), name: 'a', message });
  expect(run.block(1000).at(-1)).toBe('      1s  a 1/2 pulling postgres:15, 2 of 14 layers');
});

test('says why nothing runs until something does', () => {
  const run = follow({ a: 1 });
  run.tell({ kind: 'waiting', message: 'no agent' });
  expect(run.block()).toContain('  no agent');
  run.tell(started('a'));
  expect(run.block()).not.toContain('  no agent');
});

test('shows one of many steps that run at once and counts the others', () => {
  const run = follow({ a: 9 }, 'independent');
  run.tell(started('a'), stepStarted('a', 0), stepStarted('a', 1), stepStarted('a', 2));
  expect(run.block().at(-1)).toBe('      0s  a 1/9 step 1 and 2 more');
});

test('shows the newest step where they run one after the other', () => {
  const run = follow({ a: 9 });
  run.tell(started('a'), stepStarted('a', 0), stepStarted('a', 1));
  expect(run.block().at(-1)).toBe('      0s  a 1/9 step 2');
});

test('fits a small window, and counts what it does not show', () => {
  const run = follow(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`s${index}`, 1])));
  for (let index = 0; index < 50; index += 1) run.tell(started(`s${index}`));
  expect(run.block(0, 10)).toHaveLength(2 + 4 + 1);
  expect(run.block(0, 10).at(-1)).toBe('  … and 46 more');
});

test('does not count the steps of an attempt that is thrown away', () => {
  const run = follow({ a: 2 });
  run.tell(started('a'), stepFinished('a', 0), {
    kind: 'scenario_retried',
    scenario: scenario('a'),
    name: 'a',
    attempt: 1,
    verdict: failed('expectation', 'no'),
  });
  expect(run.block()[1]).toContain('0 of 2 steps');
  run.tell(started('a'), stepFinished('a', 0), finished('a', true));
  expect(run.block()[1]).toContain('2 of 2 steps · 1 passed');
});

test('is not misled by live events that come after the stored ones', () => {
  const run = follow({ a: 2 });
  run.tell(started('a'), stepFinished('a', 0), stepStarted('a', 0));
  expect(run.block().at(-1)).toContain('getting ready');
  run.tell(finished('a'), started('a'), stepStarted('a', 1));
  expect(run.block()).toHaveLength(2);
});

test('shows times as people read them', () => {
  expect([0, 59_999, 60_000, 3_599_000, 3_660_000].map(elapsed)).toEqual([
    '0s',
    '59s',
    '1m00s',
    '59m59s',
    '1h01m',
  ]);
});
