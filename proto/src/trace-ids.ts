/** Ids of traces and spans, made from what they stand for: a link can be said before the span exists, and nothing told twice forks a trace. */

import { hash } from 'node:crypto';
import type { RunId } from '@cleangrid/core/ids.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import type { SpanPlace } from '@cleangrid/core/trace/span-batch.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';

const traceIdDigits = 32;
const spanIdDigits = 16;

/** The root of the run's own trace. */
export function runSpan(run: RunId): SpanPlace {
  return { traceId: digits(traceIdDigits, run), spanId: digits(spanIdDigits, run, 'run') };
}

export function planSpanId(run: RunId): string {
  return digits(spanIdDigits, run, 'plan');
}

/** What the spans that an agent makes of an attempt hang below: its wait in the queue. */
export function queueSpan(mode: Exclude<TraceMode, 'off'>, ref: AttemptRef): SpanPlace {
  const { run, shard, attempt } = ref;
  const traceId =
    mode === 'single' ? runSpan(run).traceId : digits(traceIdDigits, run, shard, String(attempt));
  return { traceId, spanId: attemptSpanId(ref, 'queue') };
}

/** `role`: which of the attempt's spans it is. */
export function attemptSpanId({ run, shard, attempt }: AttemptRef, ...role: string[]): string {
  return digits(spanIdDigits, run, shard, String(attempt), ...role);
}

/** All zeros is no id; a digest never is. */
function digits(count: number, ...parts: string[]): string {
  return hash('sha256', parts.join('\0'), 'hex').slice(0, count);
}
