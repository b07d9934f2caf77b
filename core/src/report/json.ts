/** The JSON report, piece by piece: one document, a scenario's head and each of its steps on a line of its own. Its shape is `JsonReport`, documented in `docs/cli.md`. */

import { unreachable } from '../errors.ts';
import type { FailedCheck } from '../expectation.ts';
import type { KeptOutput, ServiceLog, StepEvidence, StepExit, StepPlace } from '../result.ts';
import { suspectsPollution } from '../suspects-pollution.ts';
import type { RunRecord, ScenarioRecord, StepRecord } from '../run-service.ts';
import type { OutcomeCounts, Verdict } from '../verdict.ts';
import { noTraceLinks, type TraceLinks } from './trace-links.ts';

/** Grows by new members only; a change that could break a reader gets a new `version`. Times: ISO 8601 in UTC, durations in milliseconds, sizes in bytes. */
export interface JsonReport {
  format: 'cleangrid-report';
  version: 1;
  run: JsonRun;
  /** In the order of the plan. */
  scenarios: JsonScenario[];
}

export interface JsonRun {
  id: string;
  suites: string[];
  state: RunRecord['state'];
  startedAt: string;
  finishedAt: string | null;
  scenarios: OutcomeCounts;
  steps: OutcomeCounts;
  /** Where its trace can be looked at; null: nobody said. */
  trace: string | null;
}

/** `reason` and `message` are null for what passed or was not finished. */
export interface JsonVerdict {
  outcome: Verdict['outcome'] | 'unfinished';
  reason: string | null;
  message: string | null;
}

export interface JsonScenario extends JsonVerdict {
  id: string;
  suite: string;
  name: string;
  file: string;
  line: number;
  column: number;
  tags: string[];
  /** Passed after an attempt that did not. */
  flaky: boolean;
  /** It failed in containers that were used before, and passed in fresh ones. */
  suspectedPollution: boolean;
  durationMs: number;
  /** Waiting for services, not counted in `durationMs`. */
  waitedMs: number;
  /** Of the attempt that says the most of its verdict. */
  trace: string | null;
  attempts: JsonAttempt[];
  /** Expectations of the scenario as a whole that were not met: those on its spans. */
  failedChecks: FailedCheck[];
  serviceLogs: ServiceLog[];
  /** Of the final attempt. */
  steps: JsonStep[];
}

export interface JsonAttempt extends JsonVerdict {
  attempt: number;
  agent: string;
  host: string;
  /** Only in containers that nobody used before. */
  fresh: boolean;
}

export interface JsonStep extends JsonVerdict {
  id: string;
  name: string;
  phase: StepRecord['phase'];
  file: string;
  line: number;
  column: number;
  command: string;
  startedAt: string | null;
  durationMs: number;
  exit: StepExit | null;
  failedChecks: FailedCheck[];
  stdout: KeptOutput | null;
  stderr: KeptOutput | null;
  where: StepPlace | null;
  /** Null where the executor cannot know. */
  evidence: StepEvidence | null;
}

/** Holds one scenario at a time. */
export async function* jsonReport(
  run: RunRecord,
  scenarios: AsyncIterable<ScenarioRecord>,
  links: TraceLinks = noTraceLinks,
): AsyncGenerator<string> {
  yield `{"format":"cleangrid-report","version":1,"run":${JSON.stringify(jsonRun(run, links))},"scenarios":[`;
  let separator = '\n';
  for await (const scenario of scenarios) {
    yield separator;
    yield* scenarioText(scenario, links);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* scenarioText(scenario: ScenarioRecord, links: TraceLinks): Generator<string> {
  const head = JSON.stringify(jsonScenario(scenario, links));
  yield `${head.slice(0, -1)},"steps":[`;
  for (const [index, step] of scenario.steps.entries()) {
    yield `${index === 0 ? '\n' : ',\n'}  ${JSON.stringify(jsonStep(step))}`;
  }
  yield ']}';
}

function jsonRun(run: RunRecord, links: TraceLinks): JsonRun {
  return {
    id: run.run,
    suites: run.suites,
    state: run.state,
    startedAt: time(run.submittedAtMs),
    finishedAt: run.finishedAtMs === null ? null : time(run.finishedAtMs),
    scenarios: run.scenarios,
    steps: run.steps,
    trace: links.run,
  };
}

function jsonScenario(scenario: ScenarioRecord, links: TraceLinks): Omit<JsonScenario, 'steps'> {
  return {
    id: scenario.id,
    suite: scenario.suite,
    name: scenario.name,
    file: scenario.source.file,
    line: scenario.source.line,
    column: scenario.source.column,
    tags: scenario.tags,
    ...jsonVerdict(scenario.verdict),
    flaky: scenario.flaky,
    suspectedPollution: suspectsPollution(scenario),
    durationMs: scenario.durationMs,
    waitedMs: scenario.waitedMs,
    trace: links.scenario(scenario),
    attempts: scenario.attempts.map(({ attempt, agent, host, fresh, verdict }) => ({
      attempt,
      agent,
      host,
      fresh,
      ...jsonVerdict(verdict),
    })),
    failedChecks: scenario.failedChecks,
    serviceLogs: scenario.serviceLogs,
  };
}

function jsonStep({ id, name, phase, source, command, result }: StepRecord): JsonStep {
  const startedAtMs = result?.startedAtMs ?? null;
  return {
    id,
    name,
    phase,
    file: source.file,
    line: source.line,
    column: source.column,
    command,
    ...jsonVerdict(result?.verdict ?? null),
    startedAt: startedAtMs === null ? null : time(startedAtMs),
    durationMs: result?.durationMs ?? 0,
    exit: result?.exit ?? null,
    failedChecks: result?.failedChecks ?? [],
    stdout: result?.stdout ?? null,
    stderr: result?.stderr ?? null,
    where: result?.where ?? null,
    evidence: result?.evidence ?? null,
  };
}

function jsonVerdict(verdict: Verdict | null): JsonVerdict {
  if (verdict === null) return { outcome: 'unfinished', reason: null, message: null };
  switch (verdict.outcome) {
    case 'passed':
      return { outcome: 'passed', reason: null, message: null };
    case 'failed':
    case 'broken':
    case 'skipped':
    case 'cancelled':
      return { outcome: verdict.outcome, reason: verdict.reason, message: verdict.message };
    default:
      return unreachable(verdict);
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
