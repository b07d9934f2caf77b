/** What is said of an expectation on spans that was not met. */

import { spansListedMax } from '../limits.ts';
import { suggest } from '../suite/suggest.ts';
import type { Span } from './span.ts';
import type { SpanGraph } from './span-graph.ts';

/** Null stands for: it was met. `expected` is for a diff with `actual`; without it, the expectation's own sentence. */
export type Missed = { expected?: string; actual: string } | null;

export const noSpanArrived = 'no span arrived: programs send them to $OTEL_EXPORTER_OTLP_ENDPOINT';

/** What to say when no span has a name: which name was probably meant, else which ones there are. */
export function noSpanNamed(glob: string, graph: SpanGraph): string {
  if (graph.foreign.length === 0) return noSpanArrived;
  const none = `no span named ${JSON.stringify(glob)}`;
  const known = [...new Set(graph.foreign.map(({ name }) => name))];
  const near = suggest(glob, known);
  return near === null
    ? `${none}; there are: ${listed(known.toSorted())}`
    : `${none}; nearest: ${JSON.stringify(near)}`;
}

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, spansListedMax).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** A line for each span that is not as it should be, the first few of them. */
export function offenders(spans: readonly Span[], say: (span: Span) => string): string {
  const shown = spans.slice(0, spansListedMax).map((span) => `${JSON.stringify(span.name)} ${say(span)}`);
  const more = spans.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}
