/** The spans of a scenario's programs while it has its lease: received, stored, and checked at its end. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { Delivery } from '@cleangrid/core/protocol.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { broken, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { Logger } from 'pino';
import type { AttemptReport } from '../attempt-runner.ts';
import type { Lease } from '../pool/lease.ts';
import type { AttemptTrace } from '../trace/attempt-trace.ts';
import type { AttemptSpans } from './attempt-spans.ts';
import { type CheckedSpans, checkSpans } from './check-spans.ts';
import { type GrpcReceiver, SpanListeners } from './listen-for-spans.ts';
import { SpanIntake } from './span-intake.ts';

export interface SpanReception {
  clock: Clock;
  /** The daemon's name for its host. */
  host: string;
  intake: SpanIntake;
  listeners: SpanListeners;
}

export interface ReceptionParts extends Pick<SpanReception, 'clock' | 'host'> {
  logger: Logger;
  grpc: GrpcReceiver;
}

export function createSpanReception(parts: ReceptionParts): SpanReception {
  const intake = new SpanIntake(parts);
  return { ...parts, intake, listeners: new SpanListeners({ ...parts, intake }) };
}

export interface TracedLease {
  delivery: Delivery;
  report: Pick<AttemptReport, 'spansArrived'>;
  trace: AttemptTrace | null;
  lease: Lease;
}

/** Why the scenario cannot run on this lease; null: nothing that has to do with spans. */
export function spansRefused(
  { scenario }: Pick<Delivery, 'scenario'>,
  { containers }: Pick<Lease, 'containers'>,
): Verdict | null {
  const plain = containers.find(({ session }) => session.tunnels === null);
  if (scenario.spans === null || !plain) return null;
  const where = plain.service === null ? 'its workspace container' : `the service ${plain.service}`;
  return broken(
    'resource',
    `it expects spans, and cleangrid runs steps in ${where} by plain exec, which has no way for them out of a container`,
  );
}

export class ScenarioSpans {
  readonly #reception: SpanReception;
  readonly #traced: TracedLease;
  readonly #attempt: AttemptSpans;
  readonly #listening: Promise<string | null>[];

  /** Every container of the lease listens before what is run in it later can connect. */
  constructor(reception: SpanReception, traced: TracedLease) {
    const { delivery, report, lease, trace } = traced;
    const { containers } = lease;
    this.#reception = reception;
    this.#traced = traced;
    this.#attempt = reception.intake.open({
      delivery,
      containers,
      parents: () => (trace ? delivery.scenario.steps.map(({ id }) => trace.spanId('exec', id)) : []),
      arrived: report.spansArrived,
    });
    this.#listening = containers.map((container) => reception.listeners.listen(container));
  }

  /** `verdict`: of its steps; where these did not pass, nothing more is checked. `own`: spans of ours that have ended. */
  async check(
    { verdict, own }: { verdict: Verdict; own: readonly Span[] },
    signal: AbortSignal,
  ): Promise<CheckedSpans> {
    const { delivery, trace } = this.#traced;
    const expectations = delivery.scenario.spans;
    if (expectations === null || verdict.outcome !== 'passed') return { verdict, failedChecks: [] };
    const trouble = (await Promise.all(this.#listening)).filter((reason) => reason !== null);
    const { clock } = this.#reception;
    const ownSpans = (): readonly Span[] => (trace ? [...own, trace.scenarioSpan(passed)] : own);
    return checkSpans({ clock, expectations, attempt: this.#attempt, own: ownSpans, trouble }, signal);
  }

  /** Before the lease's end: what comes later is not of this scenario. */
  end(): void {
    const { cut, unattributed } = this.#attempt;
    this.#traced.trace?.noteForeign({ cut, unattributed });
    this.#reception.intake.close(this.#attempt);
  }
}
