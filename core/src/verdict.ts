/**
 * Verdicts: what became of a step, a scenario or a run, and whose fault it was. The lists of reasons are closed; every
 * report, the store and the exit code derive from them.
 */

import { unreachable } from './errors.ts';

/** The suite's or the tested program's fault. Never retried on the grid's budget. */
export const failedReasons = [
  'expectation', // an expectation was not met
  'capture', // a capture found nothing in the output
  'setup', // a setup step failed
  'timeout', // the step or its scenario took longer than it may
  'command', // the command could not be started: not found, not executable, bad workdir or user
  'oom', // the step was killed for memory
  'output_limit', // an expectation needs output that the evaluation limit cut
  'service_exited', // a service ended by itself
  'service_oom', // a service met its own memory limit
  'service_not_ready', // a service never became ready
  'image_missing', // the image does not exist, or may not be pulled with these credentials
  'kills_executor', // the step ended its supervisor twice while the container lived
] as const;

/** The grid's fault only. Retried elsewhere on a budget of its own. */
export const brokenReasons = [
  'agent_lost', // the agent or its host was lost while the attempt ran
  'daemon_unavailable', // the Docker daemon did not answer, or went away
  'container_lost', // a container was killed, paused or removed from outside
  'executor_killed', // a process in the container killed what runs the steps; a second time the step is to blame
  'disk_full', // the host has no space left
  'image_unavailable', // the registry could not be reached
  'resource', // the host refused a container, network or volume for another reason
  'internal', // our own bug
] as const;

export const skippedReasons = ['earlier_step', 'setup', 'service', 'not_reached'] as const;
export const cancelledReasons = ['user', 'signal', 'death_unproven'] as const;

export type FailedReason = (typeof failedReasons)[number];
export type BrokenReason = (typeof brokenReasons)[number];
export type SkippedReason = (typeof skippedReasons)[number];
export type CancelledReason = (typeof cancelledReasons)[number];

/** `message` is one or a few lines for people: what happened, with the names and numbers that matter. */
export type Verdict =
  | { outcome: 'passed' }
  | { outcome: 'failed'; reason: FailedReason; message: string }
  | { outcome: 'broken'; reason: BrokenReason; message: string }
  | { outcome: 'skipped'; reason: SkippedReason; message: string }
  | { outcome: 'cancelled'; reason: CancelledReason; message: string };

export type Outcome = Verdict['outcome'];

export const passed: Verdict = { outcome: 'passed' };

export function failed(reason: FailedReason, message: string): Verdict {
  return { outcome: 'failed', reason, message };
}

export function broken(reason: BrokenReason, message: string): Verdict {
  return { outcome: 'broken', reason, message };
}

export function skipped(reason: SkippedReason, message: string): Verdict {
  return { outcome: 'skipped', reason, message };
}

export function cancelled(reason: CancelledReason, message: string): Verdict {
  return { outcome: 'cancelled', reason, message };
}

/** How many planned things ended with each outcome; `flaky` ones are counted in `passed` too. */
export interface OutcomeCounts {
  passed: number;
  failed: number;
  broken: number;
  skipped: number;
  cancelled: number;
  flaky: number;
}

export function noOutcomes(): OutcomeCounts {
  return { passed: 0, failed: 0, broken: 0, skipped: 0, cancelled: 0, flaky: 0 };
}

/** Exit codes of the CLI, documented in `docs/cli.md`. */
export const exitCodes = {
  passed: 0,
  failed: 1,
  usage: 2,
  grid: 3,
  cancelled: 4,
  nothingSelected: 6,
} as const;

/** Any cancelled: 4, else any failed: 1, else any broken: 3, else 0. A skipped scenario alone fails nothing. */
export function exitCodeOf(scenarios: OutcomeCounts): number {
  if (scenarios.cancelled > 0) return exitCodes.cancelled;
  if (scenarios.failed > 0) return exitCodes.failed;
  if (scenarios.broken > 0) return exitCodes.grid;
  return exitCodes.passed;
}

/**
 * The verdict of a scenario from those of its steps: cancelled before failed before broken, and first of all that a death was
 * not proved. A scenario whose every step was skipped is skipped.
 */
export function scenarioVerdict(steps: readonly Verdict[]): Verdict {
  const unproven = steps.find((step) => step.outcome === 'cancelled' && step.reason === 'death_unproven');
  if (unproven) return unproven;
  for (const outcome of ['cancelled', 'failed', 'broken'] as const) {
    const first = steps.find((step) => step.outcome === outcome);
    if (first) return first;
  }
  const executed = steps.some((step) => step.outcome === 'passed');
  return executed ? passed : (steps[0] ?? skipped('not_reached', 'no step ran'));
}

/** One lowercase word for a verdict, as in reports and metrics. */
export function outcomeLabel(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'passed':
      return 'passed';
    case 'failed':
    case 'broken':
    case 'skipped':
    case 'cancelled':
      return `${verdict.outcome} (${verdict.reason})`;
    default:
      return unreachable(verdict);
  }
}
