/** `expect.status`. */

import { type Missed, noSpanArrived, noSpanNamed, offenders } from './missed.ts';
import type { Span, StatusCode } from './span.ts';
import type { SpanGraph } from './span-graph.ts';

export function checkStatus(
  { name, status }: { name: string | null; status: StatusCode },
  graph: SpanGraph,
): Missed {
  const spans = name === null ? graph.foreign : graph.named(name);
  if (spans.length === 0) return { actual: name === null ? noSpanArrived : noSpanNamed(name, graph) };
  const missed = spans.filter((span) => !hasStatus(span, status));
  return missed.length === 0 ? null : { actual: offenders(missed, statusWords) };
}

/** OpenTelemetry's libraries leave the status unset where nothing went wrong: that is ok. */
function hasStatus({ status: { code } }: Span, wanted: StatusCode): boolean {
  return code === wanted || (wanted === 'ok' && code === 'unset');
}

function statusWords({ status: { code, message } }: Span): string {
  return message === '' ? `has status ${code}` : `has status ${code}: ${JSON.stringify(message)}`;
}
