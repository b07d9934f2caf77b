/** One attempt of a shard, from its delivery to its close: lease, scenario, release. The real `AttemptRunner`. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { messageOf } from '@cleangrid/core/errors.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { AttemptClose, Delivery } from '@cleangrid/core/protocol.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { broken, cancelled, skipped, type Verdict } from '@cleangrid/core/verdict.ts';
import { attemptLogFields } from '@cleangrid/proto/log-fields.ts';
import type { Logger } from 'pino';
import type { AttemptReport, AttemptRunner } from './attempt-runner.ts';
import { createFailureJudge } from './judge-failure.ts';
import type { ContainerWatch } from './pool/container-watch.ts';
import type { Lease, LeaseAnswer } from './pool/lease.ts';
import type { LeaseTimeline } from './pool/lease-timeline.ts';
import type { ServicePool } from './pool/pool.ts';
import { endKept } from './end-kept.ts';
import { ScenarioSpans, type SpanReception, spansRefused } from './otlp/scenario-spans.ts';
import { renewLease } from './renew-lease.ts';
import { notRun, runScenario } from './run-scenario.ts';
import type { KeptProcesses } from './step-executor.ts';
import { AttemptTrace } from './trace/attempt-trace.ts';

export interface AttemptRunnerParts {
  pool: ServicePool;
  watch: ContainerWatch;
  blobs: BlobStore;
  clock: Clock;
  logger: Logger;
  meter: Meter;
  reception: SpanReception;
}

type Close = Omit<AttemptClose, 'lastSeq'>;

export function createAttemptRunner(parts: AttemptRunnerParts): AttemptRunner {
  return {
    async run(delivery, report, signal) {
      const startedMs = parts.clock.monotonicMs();
      const log = parts.logger.child({ ...attemptLogFields(delivery), scenario: delivery.scenario.name });
      const own: Span[] = [];
      const spanEnded = (span: Span): void => {
        if (delivery.scenario.spans !== null) own.push(span);
        report.spanEnded(span);
      };
      const { clock, reception } = parts;
      const trace = AttemptTrace.open({ delivery, host: reception.host, clock, spanEnded });
      try {
        const close = await runAttempt(parts, { delivery, report, trace, own }, signal);
        trace?.end(close);
        return close;
      } catch (error) {
        log.error({ err: error }, 'the attempt met a bug of ours');
        const verdict = broken('internal', `cleangrid met a bug of its own: ${messageOf(error)}`);
        trace?.end({ verdict });
        return {
          verdict,
          durationMs: parts.clock.monotonicMs() - startedMs,
          waitedMs: 0,
          reused: false,
          failedChecks: [],
          serviceLogs: [],
        };
      }
    },
  };
}

interface Attempt {
  delivery: Delivery;
  report: AttemptReport;
  trace: AttemptTrace | null;
  /** Its spans that have ended; none where nobody expects any. */
  own: readonly Span[];
}

async function runAttempt(parts: AttemptRunnerParts, attempt: Attempt, signal: AbortSignal): Promise<Close> {
  const { clock, pool } = parts;
  const { delivery, report, trace } = attempt;
  const askedMs = clock.monotonicMs();
  const timeline = trace?.lease() ?? null;
  const suite = await readSuite(parts.blobs, delivery);
  const answer = await leaseUnlessCancelled(pool, { suite, delivery, report, timeline }, signal);
  const leasedMs = clock.monotonicMs();
  const waitedMs = leasedMs - askedMs;
  timeline?.end(answer.kind === 'refused' ? answer.verdict : null);
  report.started();
  if (answer.kind === 'refused') {
    await reportNotRun(delivery, report, answer.verdict);
    const { verdict, serviceLogs } = answer;
    return { verdict, durationMs: 0, waitedMs, reused: false, failedChecks: [], serviceLogs };
  }
  const ended = await runOnLease(parts, { ...attempt, lease: answer.lease }, signal);
  const { reused } = answer.lease;
  return { ...ended, durationMs: clock.monotonicMs() - leasedMs, waitedMs, reused };
}

async function readSuite(blobs: BlobStore, delivery: Delivery): Promise<PlannedSuite> {
  return JSON.parse(new TextDecoder().decode(await blobs.get(delivery.suite))) as PlannedSuite;
}

interface Leasing extends Pick<Attempt, 'delivery' | 'report'> {
  suite: PlannedSuite;
  timeline: LeaseTimeline | null;
}

async function leaseUnlessCancelled(
  pool: ServicePool,
  { suite, delivery, report, timeline }: Leasing,
  signal: AbortSignal,
): Promise<LeaseAnswer> {
  const request = {
    suite,
    scenario: delivery.scenario,
    fresh: delivery.fresh,
    progress: (message: string) => report.preparing(message),
    timeline,
  };
  try {
    const answer = await pool.lease(request, signal);
    const verdict = answer.kind === 'leased' ? spansRefused(delivery, answer.lease) : null;
    if (answer.kind === 'refused' || verdict === null) return answer;
    answer.lease.release(null);
    return { kind: 'refused', verdict, serviceLogs: [] };
  } catch (error) {
    if (!signal.aborted) throw error;
    return {
      kind: 'refused',
      verdict: cancelled('user', 'the run was cancelled before it ran'),
      serviceLogs: [],
    };
  }
}

/** The steps of a scenario that could not run: skipped, or cancelled with it. */
async function reportNotRun(delivery: Delivery, report: AttemptReport, verdict: Verdict): Promise<void> {
  const reason = verdict.outcome === 'passed' ? '' : verdict.message;
  const stepVerdict = verdict.outcome === 'cancelled' ? verdict : skipped('service', reason);
  for (const step of delivery.scenario.steps) await report.stepFinished(notRun(step, stepVerdict));
}

async function runOnLease(
  parts: AttemptRunnerParts,
  { delivery, report, trace, own, lease }: Attempt & { lease: Lease },
  signal: AbortSignal,
): Promise<Pick<Close, 'verdict' | 'failedChecks' | 'serviceLogs'>> {
  const judge = createFailureJudge({ lease, watch: parts.watch });
  const kept: KeptProcesses[] = [];
  const context = {
    clock: parts.clock,
    lease,
    trace,
    judge: judge.judge,
    keep: (processes: KeptProcesses) => void kept.push(processes),
    values: {
      captures: new Map<string, string>(),
      services: lease.facts,
    },
  };
  let leftSomething = false;
  const noting: AttemptReport = {
    ...report,
    stepFinished: (result) => {
      measureStep(parts.meter, result);
      leftSomething ||= leavesSomething(result);
      return report.stepFinished(result);
    },
  };
  const spans = new ScenarioSpans(parts.reception, { delivery, report, trace, lease });
  let taint: string | null = 'the attempt met a bug of ours';
  const endRenewals = renewLease(lease, parts);
  try {
    const stepsVerdict = await runScenario({ scenario: delivery.scenario, context, report: noting }, signal);
    const { verdict, failedChecks } = await spans.check({ verdict: stepsVerdict, own }, signal);
    taint = judge.taint() ?? (leftSomething ? 'a process outlived its step' : null);
    const serviceLogs = await lease.serviceLogs({ lines: verdict.outcome !== 'passed', taint });
    return { verdict, failedChecks, serviceLogs };
  } finally {
    spans.end();
    const isEnded = await endKept(kept, parts.logger);
    endRenewals();
    lease.release(taint ?? (isEnded ? null : 'a process that was kept could not be ended'));
  }
}

function measureStep(meter: Meter, { verdict, where, durationMs }: StepResult): void {
  if (where !== null)
    meter.record('cleangrid.step.duration', durationMs / 1000, { 'cleangrid.outcome': verdict.outcome });
}

/** A process that outlived its command against its will, killed or not: what else it did is unknown. */
function leavesSomething({ evidence }: StepResult): boolean {
  return evidence !== null && (evidence.survivorsKilled > 0 || evidence.processesLeft === 'dirty');
}
