/** Plans and results as small as the contracts allow, for tests. */

import { id, type RunId, type ScenarioId, type Sha256, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep, PlannedSuite, SourcePlace } from '@cleangrid/core/plan.ts';
import { noOutput, type StepResult } from '@cleangrid/core/result.ts';
import { type Submission, submitted } from '@cleangrid/core/run-service.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';

const source: SourcePlace = { file: 'a.cleangrid.toml', line: 1, column: 1 };

export const suite: PlannedSuite = {
  name: 'suite',
  description: null,
  version: null,
  file: source.file,
  workspace: id<Sha256>('0'.repeat(64)),
  services: {},
};

export interface ScenarioWish {
  name: string;
  steps?: number;
  order?: PlannedScenario['order'];
  retries?: number;
  pollutionCheck?: boolean;
  timeoutMs?: number;
}

export function scenario(wish: ScenarioWish): PlannedScenario {
  return {
    id: id<ScenarioId>(wish.name),
    suite: 0,
    name: wish.name,
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: wish.order ?? 'sequential',
    timeoutMs: wish.timeoutMs ?? 60_000,
    retries: wish.retries ?? 0,
    pollutionCheck: wish.pollutionCheck ?? false,
    spans: null,
    steps: Array.from({ length: wish.steps ?? 1 }, (_, index) => step(index)),
    source,
  };
}

function step(index: number): PlannedStep {
  return {
    id: stepId(index),
    name: `step ${index}`,
    phase: 'steps',
    in: null,
    command: { kind: 'shell', script: 'true', variables: {} },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 1000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'any', source: null }, stdout: [], stderr: [], duration: [] },
    source,
  };
}

export function stepId(index: number): StepId {
  return id<StepId>(`steps.${index}`);
}

export function submission(run: RunId, scenarios: PlannedScenario[]): Submission {
  return { run, suites: [suite], traceMode: 'off', scenarios: [scenarios.map(submitted)], blobs: new Map() };
}

export function stepResult(step: StepId, verdict: Verdict): StepResult {
  return {
    step,
    verdict,
    startedAtMs: 1,
    durationMs: 10,
    exit: null,
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where: null,
    evidence: null,
  };
}
