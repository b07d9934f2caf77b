/** Parts of a plan as JSON: the wire carries them unopened (docs/decisions/0005-the-wire-carries-plans-as-json.md). */

import { GridError } from '@cleangrid/core/errors.ts';
import { planDepthMax } from '@cleangrid/core/limits.ts';
import type {
  PlannedScenario,
  PlannedStep,
  PlannedSuite,
  SourcePlace,
  StepCommand,
} from '@cleangrid/core/plan.ts';
import type { SubmittedScenario } from '@cleangrid/core/run-service.ts';
import type { ScenarioHead } from '@cleangrid/core/scenario-head.ts';
import type { SpanExpectations } from '@cleangrid/core/trace/span-expectations.ts';

type FieldType = 'string' | 'number' | 'boolean' | 'array' | 'object';
type Fields<Part> = Partial<Record<keyof Part, FieldType>>;

/** What the coordinator itself reads of each: that much is checked. The rest is read by the agent that runs it. */
const suiteFields: Fields<PlannedSuite> = { name: 'string', file: 'string', workspace: 'string' };

const placeFields: Fields<SourcePlace> = { file: 'string', line: 'number', column: 'number' };

const headFields: Fields<ScenarioHead> = {
  scenario: 'string',
  suite: 'number',
  name: 'string',
  tags: 'array',
  source: 'object',
  timeoutMs: 'number',
  retries: 'number',
  pollutionCheck: 'boolean',
  steps: 'array',
  isSliceable: 'boolean',
};

const scenarioFields: Fields<PlannedScenario> = {
  id: 'string',
  suite: 'number',
  name: 'string',
  tags: 'array',
  order: 'string',
  timeoutMs: 'number',
  retries: 'number',
  steps: 'array',
  source: 'object',
};

const stepFields: Fields<PlannedStep> = {
  id: 'string',
  name: 'string',
  phase: 'string',
  command: 'object',
  expect: 'object',
  source: 'object',
};

export function encodeSuite(suite: PlannedSuite): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(suite));
}

/**
 * Two lines each, head and plan: JSON has no line break but within its strings, where it is written as `\\n`. None: no bytes.
 */
export function encodeScenarios(scenarios: readonly SubmittedScenario[]): Uint8Array {
  return new TextEncoder().encode(
    scenarios.map(({ head, json }) => `${JSON.stringify(head)}\n${json}`).join('\n'),
  );
}

/** Throws `bad_usage`, as all that follow. */
export function decodeScenarios(bytes: Uint8Array): SubmittedScenario[] {
  if (bytes.length === 0) return [];
  const lines = new TextDecoder().decode(bytes).split('\n');
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, index) =>
    submittedOf(lines[2 * index] ?? '', lines[2 * index + 1] ?? ''),
  );
}

/** A plan that is not to be sliced is not opened: it is its agent that finds it unreadable. */
function submittedOf(headJson: string, json: string): SubmittedScenario {
  const head = asHead(parse(headJson));
  if (!head.isSliceable) return { head, json, sliceable: null };
  const sliceable = readScenario(json);
  const isOne = sliceable.steps.map(({ id }) => id).join('\n') === head.steps.join('\n');
  if (!isOne) throw notA(`scenario: the steps of '${head.name}' are not those of its head`);
  return { head, json, sliceable };
}

export function readScenario(json: string): PlannedScenario {
  return asScenario(parse(json));
}

export function decodeSuite(bytes: Uint8Array): PlannedSuite {
  const suite = parse(new TextDecoder().decode(bytes));
  expectFields(suite, suiteFields, 'suite');
  return suite as PlannedSuite;
}

/** Empty: nothing is expected. */
export function encodeSpanExpectations(expectations: SpanExpectations | null): Uint8Array {
  return expectations === null ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(expectations));
}

/** Of a coordinator, which has read them. */
export function decodeSpanExpectations(bytes: Uint8Array): SpanExpectations | null {
  return bytes.length === 0 ? null : (parse(new TextDecoder().decode(bytes)) as SpanExpectations);
}

function asHead(value: unknown): ScenarioHead {
  expectFields(value, headFields, 'head of a scenario');
  const head = value as ScenarioHead;
  expectFields(head.source, placeFields, "head of a scenario: its 'source'");
  for (const field of ['steps', 'tags'] as const) {
    const stray = head[field].some((text: unknown) => typeof text !== 'string');
    if (stray) throw notA(`head of a scenario: not all of its '${field}' are strings`);
  }
  return head;
}

function asScenario(value: unknown): PlannedScenario {
  expectFields(value, scenarioFields, 'scenario');
  const scenario = value as PlannedScenario;
  for (const step of scenario.steps) {
    expectFields(step, stepFields, 'step');
    if (!isCommand(step.command)) throw notA(`step: the command of '${step.id}' is none`);
  }
  return scenario;
}

function isCommand(command: StepCommand): boolean {
  if (command.kind === 'shell') return typeof command.script === 'string';
  const isPart = (part: unknown): boolean => typeof part === 'string' || typeOf(part) === 'object';
  const isWord = (word: unknown): boolean => Array.isArray(word) && word.every(isPart);
  return Array.isArray(command.argv) && command.argv.every(isWord);
}

function parse(json: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new GridError('bad_usage', 'a part of the plan is not JSON', { cause });
  }
  if (isDeeper(value, planDepthMax))
    throw new GridError('bad_usage', `a part of the plan nests deeper than ${planDepthMax}`);
  return value;
}

/** What is too deep can be read, but not written again: `JSON.stringify` calls itself for each level. */
function isDeeper(value: unknown, depthMax: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depthMax === 0) return true;
  for (const member of Object.values(value)) if (isDeeper(member, depthMax - 1)) return true;
  return false;
}

function expectFields(value: unknown, fields: Record<string, FieldType>, what: string): void {
  if (typeOf(value) !== 'object') throw notA(what);
  const record = value as Record<string, unknown>;
  for (const field in fields) {
    if (typeOf(record[field]) !== fields[field]) throw notA(`${what}: its '${field}' is no ${fields[field]}`);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function notA(what: string): GridError {
  return new GridError('bad_usage', `a part of the plan is not a ${what}`);
}
