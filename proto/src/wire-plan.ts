/** Parts of a plan as JSON: the wire carries them unopened (docs/decisions/plan-as-json.md). */

import { GridError } from '@cleangrid/core/errors.ts';
import type { PlannedScenario, PlannedSuite } from '@cleangrid/core/plan.ts';

/** What the coordinator itself reads of each; the rest is read by the agent that runs it. */
const scenarioFields: Partial<Record<keyof PlannedScenario, 'string' | 'number' | 'array'>> = {
  id: 'string',
  suite: 'number',
  name: 'string',
  retries: 'number',
  order: 'string',
  steps: 'array',
};

const suiteFields: Partial<Record<keyof PlannedSuite, 'string'>> = {
  name: 'string',
  file: 'string',
  workspace: 'string',
};

export function encodePlanPart(part: PlannedScenario[] | PlannedScenario | PlannedSuite): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(part));
}

/** Throws `bad_usage`, as all that follow. */
export function decodeScenarios(bytes: Uint8Array): PlannedScenario[] {
  const scenarios = parse(bytes);
  if (!Array.isArray(scenarios)) throw notA('list of scenarios');
  for (const scenario of scenarios) expectFields(scenario, scenarioFields, 'scenario');
  return scenarios as PlannedScenario[];
}

export function decodePlannedScenario(bytes: Uint8Array): PlannedScenario {
  const scenario = parse(bytes);
  expectFields(scenario, scenarioFields, 'scenario');
  return scenario as PlannedScenario;
}

export function decodeSuite(bytes: Uint8Array): PlannedSuite {
  const suite = parse(bytes);
  expectFields(suite, suiteFields, 'suite');
  return suite as PlannedSuite;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new GridError('bad_usage', 'a part of the plan is not JSON', { cause });
  }
}

function expectFields(value: unknown, fields: Record<string, string>, what: string): void {
  if (typeof value !== 'object' || value === null) throw notA(what);
  const record = value as Record<string, unknown>;
  for (const [field, type] of Object.entries(fields)) {
    const found = record[field];
    const fits = type === 'array' ? Array.isArray(found) : typeof found === type;
    if (!fits) throw notA(`${what}: its '${field}' is no ${type}`);
  }
}

function notA(what: string): GridError {
  return new GridError('bad_usage', `a part of the plan is not a ${what}`);
}
