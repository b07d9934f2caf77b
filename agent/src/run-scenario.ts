/** Runs a scenario's steps in order on a lease: setup, steps, teardown; what a failure skips; the scenario's own timeout. */

import { unreachable } from '@cleangrid/core/errors.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import { noOutput, type StepResult } from '@cleangrid/core/result.ts';
import { cancelled, failed, scenarioVerdict, skipped, type Verdict } from '@cleangrid/core/verdict.ts';
import type { AttemptReport } from './attempt-runner.ts';
import { executeStep, type StepContext } from './execute-step.ts';
import type { AttemptTrace } from './trace/attempt-trace.ts';
import { unmadeCapture } from './unmade-capture.ts';

export interface ScenarioRun {
  scenario: PlannedScenario;
  /** `values.captures` is replaced as steps capture. */
  context: Omit<StepContext, 'trace'> & { trace: AttemptTrace | null };
  report: AttemptReport;
}

/** Resolves to the scenario's verdict; every step was reported once. */
export async function runScenario(run: ScenarioRun, signal: AbortSignal): Promise<Verdict> {
  const { scenario, context, report } = run;
  const timeout = new AbortController();
  const cancelTimeout = context.clock.after(scenario.timeoutMs, () => timeout.abort());
  const stop = AbortSignal.any([signal, timeout.signal]);
  const captures = new Map<string, string>();
  const verdicts: Verdict[] = [];
  let setupFailed: Verdict | null = null;
  let stepFailed = false;

  try {
    for (const step of scenario.steps) {
      const skip =
        skipReason(step, {
          setupFailed,
          stepFailed,
          timedOut: timeout.signal.aborted,
          cancelled: signal.aborted,
        }) ?? skipWithoutCapture(step, captures);
      if (skip) {
        verdicts.push(skip);
        await report.stepFinished(notRun(step, skip));
        continue;
      }
      report.stepStarted(step.id);
      const values = { ...context.values, captures };
      const during = step.phase === 'teardown' ? signal : stop;
      const trace = context.trace?.step(step) ?? null;
      const executed = await executeStep(step, { ...context, values, trace }, during);
      const result = withScenarioTimeout(
        executed.result,
        scenario,
        timeout.signal.aborted && !signal.aborted,
      );
      for (const [name, value] of executed.captures) captures.set(name, value);
      verdicts.push(result.verdict);
      trace?.end(result);
      await report.stepFinished(result);
      if (result.verdict.outcome === 'passed') continue;
      if (step.phase === 'setup') setupFailed ??= result.verdict;
      if (step.phase === 'steps' && !step.continueOnFailure) stepFailed = true;
    }
  } finally {
    cancelTimeout();
  }
  return setupFailed?.outcome === 'failed'
    ? failed('setup', `setup failed: ${setupFailed.message}`)
    : scenarioVerdict(verdicts);
}

interface Progress {
  setupFailed: Verdict | null;
  stepFailed: boolean;
  timedOut: boolean;
  cancelled: boolean;
}

/** Null: the step runs. Teardown runs unless the run is cancelled. */
function skipReason(step: PlannedStep, progress: Progress): Verdict | null {
  if (progress.cancelled) return cancelled('user', 'the run was cancelled before it ran');
  switch (step.phase) {
    case 'teardown':
      return null;
    case 'setup':
    case 'steps':
      if (progress.setupFailed) return skipped('setup', 'setup did not pass');
      if (progress.stepFailed) return skipped('earlier_step', 'an earlier step did not pass');
      return progress.timedOut ? skipped('not_reached', "the scenario's timeout had passed") : null;
    default:
      return unreachable(step.phase);
  }
}

function skipWithoutCapture(step: PlannedStep, captures: ReadonlyMap<string, string>): Verdict | null {
  const unmade = unmadeCapture(step, captures);
  const message = `it needs the capture "${unmade}", which an earlier step did not come to make`;
  return unmade === null ? null : skipped('earlier_step', message);
}

/** The step that the scenario's timeout ended is told from one that was cancelled. */
function withScenarioTimeout(result: StepResult, scenario: PlannedScenario, timedOut: boolean): StepResult {
  if (!timedOut || result.verdict.outcome !== 'cancelled') return result;
  const message = `ended by the scenario's timeout of ${formatDuration(scenario.timeoutMs)}`;
  return { ...result, verdict: failed('timeout', message) };
}

/** The result of a step that never started. */
export function notRun(step: PlannedStep, verdict: Verdict): StepResult {
  return {
    step: step.id,
    verdict,
    startedAtMs: null,
    durationMs: 0,
    exit: null,
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where: null,
    evidence: null,
  };
}
