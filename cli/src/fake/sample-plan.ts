/** A small plan, for tests of what shows runs. */

import { id } from '@cleangrid/core/ids.ts';
import type { Plan, PlannedScenario } from '@cleangrid/core/plan.ts';

/** Scenarios of one suite by name, each with that many steps. */
export function samplePlan(
  stepCounts: Record<string, number>,
  order: PlannedScenario['order'] = 'sequential',
): Plan {
  const suite = {
    name: 'orders',
    description: null,
    version: null,
    file: 'orders.cleangrid.toml',
    workspace: id<never>('0'.repeat(64)),
    services: {},
  };
  return {
    suites: [suite],
    scenarios: Object.entries(stepCounts).map(([name, count]) => ({
      ...sampleScenarioPlan(name, count),
      order,
    })),
  };
}

function sampleScenarioPlan(name: string, stepCount: number): PlannedScenario {
  const source = { file: 'orders.cleangrid.toml', line: 1, column: 1 };
  return {
    id: id(name),
    suite: 0,
    name,
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: 'sequential',
    timeoutMs: 60_000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    source,
    steps: Array.from({ length: stepCount }, (_, index) => ({
      id: id(`steps.${index}`),
      name: `step ${index + 1}`,
      phase: 'steps',
      in: null,
      command: { kind: 'argv', argv: [['true']] },
      env: {},
      workdir: null,
      user: null,
      stdin: null,
      timeoutMs: 1000,
      continueOnFailure: false,
      mergeOutput: false,
      processes: 'none',
      captures: [],
      expect: { exit: { source: null, kind: 'codes', codes: [0] }, stdout: [], stderr: [], duration: [] },
      source,
    })),
  };
}
