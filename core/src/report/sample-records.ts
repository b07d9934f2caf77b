/** A run as reports and views see it, for their tests: say only what the test is about. */

import { id } from '../ids.ts';
import { noOutput, type KeptOutput, type StepResult } from '../result.ts';
import type { RunRecord, ScenarioRecord, StepRecord } from '../run-service.ts';
import { noOutcomes, passed } from '../verdict.ts';

export function sampleRun(differing: Partial<RunRecord> = {}): RunRecord {
  return {
    run: id('run1'),
    suites: ['orders'],
    state: 'finished',
    cancelling: false,
    traceMode: 'single',
    traceUrl: null,
    submittedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    finishedAtMs: Date.UTC(2026, 0, 2, 3, 4, 7),
    scenarioCount: 1,
    stepCount: 1,
    scenarios: { ...noOutcomes(), passed: 1 },
    steps: { ...noOutcomes(), passed: 1 },
    ...differing,
  };
}

export function sampleScenario(differing: Partial<ScenarioRecord> = {}): ScenarioRecord {
  return {
    id: id('orders.cleangrid.toml#checkout'),
    suite: 'orders',
    file: 'orders.cleangrid.toml',
    name: 'checkout',
    tags: [],
    source: { file: 'orders.cleangrid.toml', line: 10, column: 1 },
    verdict: passed,
    flaky: false,
    durationMs: 1240,
    waitedMs: 300,
    attempts: [
      {
        shard: id('0'),
        attempt: 1,
        agent: id('local'),
        host: 'box',
        fresh: false,
        state: 'closed',
        verdict: differing.verdict ?? passed,
      },
    ],
    spanExpectations: null,
    steps: [sampleStep()],
    failedChecks: [],
    serviceLogs: [],
    ...differing,
  };
}

export function sampleStep(
  differing: Partial<Omit<StepRecord, 'result'>> & { result?: Partial<StepResult> | null } = {},
): StepRecord {
  const { result, ...step } = differing;
  return {
    id: id('steps.0'),
    name: 'insert an order',
    phase: 'steps',
    source: { file: 'orders.cleangrid.toml', line: 20, column: 3 },
    command: 'psql -c "insert"',
    expectDigest: 'e'.repeat(16),
    ...step,
    result: result === null ? null : sampleResult(result),
  };
}

function sampleResult(differing: Partial<StepResult> = {}): StepResult {
  return {
    step: id('steps.0'),
    verdict: passed,
    startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 6),
    durationMs: 12,
    exit: { kind: 'code', code: 0 },
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where: { agent: id('local'), container: '3f2a9c'.padEnd(64, '0'), service: id('db'), executor: 'plain' },
    evidence: null,
    ...differing,
  };
}

/** Output that was kept whole. */
export function sampleOutput(text: string): KeptOutput {
  return { head: text, tail: '', totalBytes: new TextEncoder().encode(text).length, cutBytes: 0 };
}

export async function* inOrder<Item>(...items: Item[]): AsyncGenerator<Item> {
  await Promise.resolve();
  yield* items;
}

export async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
