/** What a log line about an attempt or a run says of it, so that whoever looks at a trace finds its lines, and the other way round. */

import type { AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { attemptSpanId, runSpan } from './trace-ids.ts';

interface TraceFields {
  trace_id?: string;
  span_id?: string;
}

/** Of an attempt: its `scenario` span. */
export function attemptLogFields({ ref, trace }: Pick<Delivery, 'ref' | 'trace'>): AttemptRef & TraceFields {
  if (trace === null) return ref;
  return { ...ref, trace_id: trace.traceId, span_id: attemptSpanId(ref, 'scenario') };
}

/** Of a run: the root of its trace. */
export function runLogFields({ run, traceMode }: { run: RunId; traceMode: TraceMode }): {
  run: RunId;
} & TraceFields {
  if (traceMode === 'off') return { run };
  const { traceId, spanId } = runSpan(run);
  return { run, trace_id: traceId, span_id: spanId };
}
