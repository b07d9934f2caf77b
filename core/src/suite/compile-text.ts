/** Both stages of compiling in one call, for tests: one file, and a workspace in which only names matter. */

import { id } from '../ids.ts';
import type { Plan, PlannedScenario, PlannedStep } from '../plan.ts';
import type { SpanExpectations } from '../trace/span-expectations.ts';
import { planSuites } from './plan-suites.ts';
import type { Problem } from './problem.ts';
import { readSuites } from './read-suites.ts';

export interface CompileOptions {
  file?: string;
  vars?: Record<string, string>;
  /** Paths of the files in the workspace. */
  workspace?: readonly string[];
}

export function compileText(
  text: string,
  { file = 'a.cleangrid.toml', vars = {}, workspace = ['a.cleangrid.toml'] }: CompileOptions = {},
): { plan: Plan | null; problems: Problem[] } {
  const read = readSuites([{ path: file, text }], vars);
  const sha256 = id<Plan['suites'][number]['workspace']>('0'.repeat(64));
  const files = workspace.map((path) => ({ path, sha256, byteCount: 1, executable: false }));
  return planSuites(
    read,
    read.suites.map(() => ({ manifest: { files }, sha256 })),
  );
}

/** What a suite expects of the spans of its only scenario. */
export function expectedSpans(text: string): SpanExpectations {
  const { suites, problems } = readSuites([{ path: 'a.cleangrid.toml', text }], {});
  const spans = suites[0]?.content?.scenarios[0]?.spans;
  if (!spans) throw new Error(`no expectation on spans: ${JSON.stringify(problems)}`);
  return spans;
}

/** A suite with one scenario of one step, to which a test adds what it is about. */
export function suiteWith(parts: {
  top?: string;
  service?: string;
  scenario?: string;
  step?: string;
}): string {
  return [
    parts.top ?? '',
    '[suite]',
    'name = "s"',
    '[services.db]',
    'image = "postgres:15"',
    parts.service ?? '',
    '[[scenario]]',
    'name = "c"',
    'image = "debian:12-slim"',
    'services = ["db"]',
    parts.scenario ?? '',
    '[[scenario.steps]]',
    parts.step ?? 'run = "true"',
  ].join('\n');
}

/** The only scenario of a suite that has no errors. */
export function plannedScenario(text: string, options?: CompileOptions): PlannedScenario {
  const { plan, problems } = compileText(text, options);
  const [scenario] = plan?.scenarios ?? [];
  if (!scenario) throw new Error(`no plan: ${JSON.stringify(problems)}`);
  return scenario;
}

/** The only step of a suite that has no errors. */
export function plannedStep(text: string, options?: CompileOptions): PlannedStep {
  const [step] = plannedScenario(text, options).steps;
  if (!step) throw new Error('no step');
  return step;
}
