/** A run as a client and a coordinator see it, for tests of the wire. */

import { id, type RunId, type ScenarioId, type Sha256, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedSuite } from '@cleangrid/core/plan.ts';
import { noOutput } from '@cleangrid/core/result.ts';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { noOutcomes, passed } from '@cleangrid/core/verdict.ts';

export const run: RunId = id<RunId>('run-1');

export const record: RunRecord = {
  run,
  suites: ['orders'],
  state: 'running',
  cancelling: false,
  traceMode: 'single',
  traceUrl: 'http://jaeger:16686',
  submittedAtMs: 1,
  finishedAtMs: null,
  scenarioCount: 1,
  stepCount: 2,
  scenarios: noOutcomes(),
  steps: noOutcomes(),
};

export const suite: PlannedSuite = {
  name: 'orders',
  description: null,
  version: null,
  file: 'orders.clean.toml',
  workspace: id<Sha256>('00'),
  services: {},
};

export function scenario(number: number): PlannedScenario {
  return {
    id: id<ScenarioId>(`scenario ${number}`),
    suite: 0,
    name: `scenario ${number}`,
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: 'sequential',
    timeoutMs: 1000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps: [],
    source: { file: 'orders.clean.toml', line: number, column: 1 },
  };
}

export function finished(number: number, stepCount: number): ScenarioRecord {
  const { id, name, tags, source } = scenario(number);
  const step = (index: number): ScenarioRecord['steps'][number] => ({
    id: `steps.${index}` as StepId,
    name: `step ${index}`,
    phase: 'steps',
    source,
    command: 'true',
    expectDigest: '0',
    result: {
      step: `steps.${index}` as StepId,
      verdict: passed,
      startedAtMs: 1,
      durationMs: 1,
      exit: { kind: 'code', code: 0 },
      failedChecks: [],
      stdout: { ...noOutput, head: 'x'.repeat(1000), totalBytes: 1000 },
      stderr: noOutput,
      where: null,
      evidence: null,
    },
  });
  return {
    id,
    name,
    tags,
    source,
    suite: 'orders',
    file: 'orders.clean.toml',
    verdict: passed,
    flaky: false,
    durationMs: 1,
    waitedMs: 0,
    attempts: [],
    spanExpectations: null,
    steps: Array.from({ length: stepCount }, (_, index) => step(index)),
    failedChecks: [],
    serviceLogs: [],
  };
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
