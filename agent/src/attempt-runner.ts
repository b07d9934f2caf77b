/** The port between an agent's protocol side and the execution of one attempt: real in `run-attempt.ts`, a script in the simulation. */

import type { StepId } from '@cleangrid/core/ids.ts';
import type { AttemptClose, Delivery } from '@cleangrid/core/protocol.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';

export interface AttemptRunner {
  /**
   * Runs every step of the delivery and reports each result once, then says how it ended (`lastSeq` is filled in by the caller). Never
   * rejects for what a suite, a container or a host does: that is a verdict. When `signal` aborts, what runs is killed and the rest is `cancelled`.
   */
  run(delivery: Delivery, report: AttemptReport, signal: AbortSignal): Promise<Omit<AttemptClose, 'lastSeq'>>;
}

export interface AttemptReport {
  /** Before `started`: what it waits for, in one line for people. */
  preparing(message: string): void;
  started(): void;
  stepStarted(step: StepId): void;
  /** A returned promise holds the attempt back while the outbox is full. */
  stepFinished(result: StepResult): void | Promise<void>;
  /** Travels with the results; what is told before the end of the attempt is stored before its end is. */
  spanEnded(span: Span): void;
  /** Those of programs, in the same way. */
  spansArrived(batch: SpanBatch): void;
}
