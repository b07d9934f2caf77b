/** Makes the spans of one attempt. Handed down by whoever runs it; without a trace there is none, and nothing is recorded. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { PlannedStep } from '@cleangrid/core/plan.ts';
import type { AttemptClose, Delivery } from '@cleangrid/core/protocol.ts';
import { ownScope } from '@cleangrid/core/trace/arrived-spans.ts';
import { verdictAttributes, verdictStatus } from '@cleangrid/core/trace/error-type.ts';
import { type OwnAttributes, type OwnSpanName, ownSpans } from '@cleangrid/core/trace/own-spans.ts';
import type { Attributes, Span } from '@cleangrid/core/trace/span.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import { version } from '@cleangrid/core/version.ts';
import { attemptSpanId } from '@cleangrid/proto/trace-ids.ts';
import { LeaseTrace } from './lease-trace.ts';
import { StepTrace } from './step-trace.ts';

export interface EndedSpan {
  id: string;
  parent: string;
  /** Of a user's. */
  named?: string;
  startUs: number;
  /** By default now. */
  endUs?: number;
  attributes: OwnAttributes;
  verdict: Verdict | null;
}

export interface TracedAttempt {
  delivery: Delivery;
  /** Name of the host by whose clock its times are. */
  host: string;
  clock: Clock;
  spanEnded: (span: Span) => void;
}

export class AttemptTrace {
  readonly #attempt: TracedAttempt;
  readonly #resource: Attributes;
  readonly #traceId: string;
  readonly #parent: string;
  readonly #scenario: string;
  /** Wall clock minus monotonic clock when it began: within an attempt time never goes back. */
  readonly #offsetMs: number;
  readonly #startUs: number;
  #foreign = { cut: 0, unattributed: 0 };

  private constructor(attempt: TracedAttempt, { traceId, spanId }: NonNullable<Delivery['trace']>) {
    const { delivery, clock, host } = attempt;
    this.#attempt = attempt;
    this.#resource = {
      'service.name': 'cleangrid-agent',
      'service.version': version,
      'service.instance.id': delivery.agent,
      'host.id': host,
    };
    this.#traceId = traceId;
    this.#parent = spanId;
    this.#scenario = this.spanId('scenario');
    this.#offsetMs = clock.nowMs() - clock.monotonicMs();
    this.#startUs = this.nowUs();
  }

  /** Null: nobody wants its spans. */
  static open(attempt: TracedAttempt): AttemptTrace | null {
    const { trace } = attempt.delivery;
    return trace && new AttemptTrace(attempt, trace);
  }

  /** By this host's clock. */
  nowUs(): number {
    return Math.floor((this.#offsetMs + this.#attempt.clock.monotonicMs()) * 1000);
  }

  spanId(...role: string[]): string {
    return attemptSpanId(this.#attempt.delivery.ref, ...role);
  }

  lease(): LeaseTrace {
    return new LeaseTrace(this, this.#scenario);
  }

  step(step: PlannedStep): StepTrace {
    return new StepTrace(this, { step, parent: this.#scenario });
  }

  /** What a step's programs find in their environment, so that their own spans join below this one. */
  environment(spanId: string): Record<string, string> {
    const { ref, scenario } = this.#attempt.delivery;
    return {
      TRACEPARENT: `00-${this.#traceId}-${spanId}-01`,
      TRACESTATE: '',
      BAGGAGE: `cleangrid.run=${encodeURIComponent(ref.run)},cleangrid.scenario=${encodeURIComponent(scenario.id)}`,
    };
  }

  /** Of spans of programs. */
  noteForeign(counts: { cut: number; unattributed: number }): void {
    this.#foreign = counts;
  }

  end({ verdict }: Pick<AttemptClose, 'verdict'>): void {
    this.#attempt.spanEnded(this.scenarioSpan(verdict));
  }

  /** As it would be if it ended now. */
  scenarioSpan(verdict: Verdict): Span {
    const { ref, scenario } = this.#attempt.delivery;
    const { cut, unattributed } = this.#foreign;
    return this.#spanOf('scenario', {
      id: this.#scenario,
      parent: this.#parent,
      named: scenario.name,
      startUs: this.#startUs,
      attributes: {
        'cicd.pipeline.run.id': ref.run,
        'cleangrid.shard': ref.shard,
        'cleangrid.attempt': ref.attempt,
        'test.suite.name': scenario.name,
        ...(cut > 0 && { 'cleangrid.spans.cut': cut }),
        ...(unattributed > 0 && { 'cleangrid.spans.unattributed': unattributed }),
      },
      verdict,
    });
  }

  ended(what: OwnSpanName, span: EndedSpan): void {
    this.#attempt.spanEnded(this.#spanOf(what, span));
  }

  #spanOf(what: OwnSpanName, span: EndedSpan): Span {
    const { verdict, named } = span;
    const { name, kind } = ownSpans[what];
    return {
      traceId: this.#traceId,
      spanId: span.id,
      parentSpanId: span.parent,
      name: named === undefined ? name : `${name} ${named}`,
      kind,
      startUs: span.startUs,
      // Of no time at all a back end says that it is negative.
      endUs: Math.max(span.endUs ?? this.nowUs(), span.startUs + 1),
      attributes: { ...span.attributes, ...(verdict && verdictAttributes(verdict)) },
      events: [],
      links: [],
      status: verdict ? verdictStatus(verdict) : { code: 'unset', message: '' },
      resource: this.#resource,
      scope: ownScope,
    };
  }
}
