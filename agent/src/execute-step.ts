/**
 * Where a step is executed: fills in its values, runs its command in the leased container, checks what was expected, and says whose
 * fault a failure is. Trouble with the container itself is judged by `judge-failure.ts`.
 */

import { type Captured, capture } from '@cleangrid/core/capture.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import { evaluate, needsCutOutput, type Observed } from '@cleangrid/core/evaluate.ts';
import type { FailedCheck } from '@cleangrid/core/expectation.ts';
import { keepOutput, type OutputKeeper } from '@cleangrid/core/kept-output.ts';
import { outputEvaluatedBytesMax } from '@cleangrid/core/limits.ts';
import type { PlannedStep } from '@cleangrid/core/plan.ts';
import type { StepExit, StepResult } from '@cleangrid/core/result.ts';
import { serviceEnvironment } from '@cleangrid/core/service-facts.ts';
import { fillTemplate, fillTemplates, type TemplateValues } from '@cleangrid/core/template.ts';
import { cancelled, failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { Lease, LeasedContainer } from './pool/lease.ts';
import { otlpEnvironment } from './otlp/otlp-environment.ts';
import { workspaceDirectory } from './pool/workspace-volume.ts';
import type { StepTrace } from './trace/step-trace.ts';
import type { ExecCommand, ExecOutcome, KeptProcesses } from './step-executor.ts';

export interface StepContext {
  clock: Clock;
  lease: Lease;
  values: TemplateValues;
  /** Null: no spans are made. */
  trace: StepTrace | null;
  /** Judges a step that did not pass: the container or a service may be at fault. */
  judge(step: StepTrouble): Promise<Verdict>;
  /** Takes what a step left running on purpose, to be ended with the lease. */
  keep(processes: KeptProcesses): void;
}

/** `own` is the step's verdict if everything around it was well; null where its end is unknown. */
export interface StepTrouble {
  container: LeasedContainer;
  exit: StepExit | null;
  own: Verdict | null;
  error: unknown;
}

export interface ExecutedStep {
  result: StepResult;
  captures: ReadonlyMap<string, string>;
}

export async function executeStep(
  step: PlannedStep,
  context: StepContext,
  signal: AbortSignal,
): Promise<ExecutedStep> {
  const { clock, lease, trace } = context;
  const container = lease.container(step.in);
  const output = {
    stdout: keepOutput(step.expect.stdout.length > 0 || step.captures.some(readsStdout)),
    stderr: keepOutput(
      step.expect.stderr.length > 0 || step.captures.some(({ from }) => from.kind === 'stderr'),
    ),
  };
  const startedAtMs = clock.nowMs();
  const startedMonotonicMs = clock.monotonicMs();
  const command = await commandOf(step, context);
  trace?.executing();
  const ended = await container.session
    .run(command, (stream, chunk) => output[stream].add(chunk), signal)
    .catch((error: unknown) => ({ kind: 'lost' as const, error }));
  trace?.executed();
  if (ended.kind === 'exited' && ended.kept) context.keep(ended.kept);
  const judged = await judgeEnd(step, { ended, output, container, context });
  return {
    result: {
      step: step.id,
      verdict: judged.verdict,
      startedAtMs,
      durationMs: ended.kind === 'lost' ? clock.monotonicMs() - startedMonotonicMs : ended.durationMs,
      exit: 'exit' in ended ? ended.exit : null,
      failedChecks: judged.failedChecks,
      stdout: output.stdout.kept(),
      stderr: output.stderr.kept(),
      where: {
        agent: lease.agent,
        container: container.id,
        service: container.service,
        executor: container.executor,
      },
      evidence: ended.kind === 'lost' ? null : ended.evidence,
    },
    captures: judged.captures,
  };
}

async function commandOf(step: PlannedStep, { lease, values, trace }: StepContext): Promise<ExecCommand> {
  const own = fillTemplates(step.env, values);
  const hasSpanEndpoint = lease.container(step.in).session.tunnels !== null;
  const shell = step.command.kind === 'shell';
  const variables = step.command.kind === 'shell' ? step.command.variables : {};
  const argv =
    step.command.kind === 'shell'
      ? ['sh', '-c', step.command.script]
      : step.command.argv.map((argument) => fillTemplate(argument, values));
  return {
    argv,
    env: {
      ...serviceEnvironment(values.services),
      ...trace?.environment(),
      ...(hasSpanEndpoint ? otlpEnvironment(own) : {}),
      ...own,
      ...(shell ? fillTemplates(variables, values) : {}),
    },
    workdir: step.workdir === null ? workspaceDirectory : fillTemplate(step.workdir, values),
    user: step.user,
    stdin: await stdinOf(step, { lease, values }),
    timeoutMs: step.timeoutMs,
    mergeOutput: step.mergeOutput,
    processes: step.processes,
  };
}

async function stdinOf(
  step: PlannedStep,
  { lease, values }: Pick<StepContext, 'lease' | 'values'>,
): Promise<Uint8Array | null> {
  if (step.stdin === null) return null;
  if (step.stdin.kind === 'file') return lease.workspaceFile(step.stdin.path);
  return new TextEncoder().encode(fillTemplate(step.stdin.text, values));
}

type StepEnd = ExecOutcome | { kind: 'lost'; error: unknown };

interface EndedStep {
  ended: StepEnd;
  output: { stdout: OutputKeeper; stderr: OutputKeeper };
  container: LeasedContainer;
  context: StepContext;
}

interface Judged {
  verdict: Verdict;
  failedChecks: FailedCheck[];
  captures: ReadonlyMap<string, string>;
}

async function judgeEnd(
  step: PlannedStep,
  { ended, output, container, context }: EndedStep,
): Promise<Judged> {
  const judge = async (
    own: Verdict | null,
    exit: StepExit | null,
    failedChecks: FailedCheck[] = [],
  ): Promise<Judged> => ({
    verdict: await context.judge({ container, exit, own, error: ended.kind === 'lost' ? ended.error : null }),
    failedChecks,
    captures: new Map(),
  });
  switch (ended.kind) {
    case 'lost':
      return judge(null, null);
    case 'not_started':
      return judge(failed('command', ended.message), null);
    case 'timed_out':
      return judge(
        failed('timeout', `took longer than its timeout of ${formatDuration(step.timeoutMs)}`),
        ended.exit,
      );
    case 'cancelled':
      return judge(cancelled('user', 'ended by the cancellation'), ended.exit);
    case 'exited': {
      const observed: Observed = {
        exit: ended.exit,
        stdout: output.stdout.evaluated(),
        stderr: output.stderr.evaluated(),
        durationMs: ended.durationMs,
      };
      const checked = check(step, observed);
      if (checked.verdict.outcome === 'passed') return checked;
      return judge(checked.verdict, ended.exit, checked.failedChecks);
    }
    default:
      return unreachable(ended);
  }
}

/** The step's verdict by its own output and exit. */
function check(step: PlannedStep, observed: Observed): Judged {
  const failedChecks = evaluate(step.expect, observed);
  if (needsCutOutput(step.expect, observed)) {
    const message = `an expectation needs the whole output, and only the first ${outputEvaluatedBytesMax} bytes of it are held`;
    return { verdict: failed('output_limit', message), failedChecks: [], captures: new Map() };
  }
  if (failedChecks.length > 0) {
    return {
      verdict: failed('expectation', describeMissed(failedChecks)),
      failedChecks,
      captures: new Map(),
    };
  }
  const captured: Captured = capture(step.captures, observed);
  if (captured.failed.length > 0) {
    return {
      verdict: failed('capture', describeMissed(captured.failed)),
      failedChecks: captured.failed,
      captures: new Map(),
    };
  }
  return { verdict: passed, failedChecks: [], captures: captured.values };
}

function describeMissed(checks: readonly FailedCheck[]): string {
  const exit = checks.find((missed) => missed.what === 'exit');
  if (exit) return `expected ${exit.expected}, got ${exit.actual}`;
  return `not met: ${checks.map((missed) => missed.what).join(', ')}`;
}

function readsStdout({ from }: PlannedStep['captures'][number]): boolean {
  return from.kind === 'stdout' || from.kind === 'json';
}
