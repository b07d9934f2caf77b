/** Plans of many steps that do nothing, made while they are submitted. */

import { createHash } from 'node:crypto';
import { id, type ScenarioId, type Sha256, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep, PlannedSuite } from '@cleangrid/core/plan.ts';
import type { SubmittedScenario } from '@cleangrid/core/run-service.ts';
import { submissionChunks } from '@cleangrid/core/submission-chunks.ts';

const source = { file: 'bench.cleangrid.toml', line: 12, column: 3 };

export const benchSuite: PlannedSuite = {
  name: 'bench',
  description: null,
  version: null,
  file: 'bench.cleangrid.toml',
  workspace: id<Sha256>(createHash('sha256').update('').digest('hex')),
  services: {},
};

export interface BenchPlan {
  scenarioCount: number;
  stepsPerShard: number;
}

/** `made` hears of each scenario when the coordinator asks for its chunk. */
export function benchScenarios(
  plan: BenchPlan,
  made: (scenario: ScenarioId) => void,
): Generator<SubmittedScenario[]> {
  return submissionChunks(plannedScenarios(plan, made));
}

function* plannedScenarios(
  { scenarioCount, stepsPerShard }: BenchPlan,
  made: (scenario: ScenarioId) => void,
): Generator<PlannedScenario> {
  const steps = Array.from({ length: stepsPerShard }, (_, index) => benchStep(index));
  for (let number = 0; number < scenarioCount; number += 1) {
    const scenario = benchScenario(number, steps);
    made(scenario.id);
    yield scenario;
  }
}

function benchScenario(number: number, steps: PlannedStep[]): PlannedScenario {
  return {
    id: id<ScenarioId>(`bench.cleangrid.toml/${number}`),
    suite: 0,
    name: `scenario ${number}`,
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: 'sequential',
    timeoutMs: 1_800_000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps,
    source,
  };
}

function benchStep(index: number): PlannedStep {
  return {
    id: id<StepId>(`steps.${index}`),
    name: `step ${index}`,
    phase: 'steps',
    in: null,
    command: { kind: 'argv', argv: [['true']] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 300_000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { source: null, kind: 'codes', codes: [0] }, stdout: [], stderr: [], duration: [] },
    source,
  };
}
