/** `expect.window` and `expect.order`: times are compared where one clock took them, else only parents tell what came first. */

import { formatDuration } from '../duration.ts';
import { clockOf } from './clock-of.ts';
import { type Missed, noSpanNamed, offenders } from './missed.ts';
import type { Span } from './span.ts';
import type { SpanGraph } from './span-graph.ts';

export function checkWindow({ outer, inner }: { outer: string; inner: string }, graph: SpanGraph): Missed {
  const windows = Map.groupBy(graph.named(outer), clockOf);
  if (windows.size === 0) return { actual: noSpanNamed(outer, graph) };
  const inside = graph.named(inner);
  if (inside.length === 0) return { actual: noSpanNamed(inner, graph) };
  const isWithin = (span: Span): boolean =>
    windows.get(clockOf(span))?.some((window) => window !== span && contains(window, span)) ?? false;
  const missed = inside.filter((span) => !isWithin(span));
  if (missed.length === 0) return null;
  const say = (span: Span): string => {
    const window = windows.get(clockOf(span))?.find((one) => one !== span);
    return window ? outsideWords(span, window) : otherClocks(span, windows.keys());
  };
  return { actual: offenders(missed, say) };
}

export function checkOrder({ earlier, later }: { earlier: string; later: string }, graph: SpanGraph): Missed {
  const before = graph.named(earlier);
  if (before.length === 0) return { actual: noSpanNamed(earlier, graph) };
  const after = graph.named(later);
  if (after.length === 0) return { actual: noSpanNamed(later, graph) };
  const below = graph.below(before);
  const firstEnds = firstEndOfEachClock(before);
  const isPreceded = (span: Span): boolean =>
    below.has(span) || (firstEnds.get(clockOf(span))?.endUs ?? Number.POSITIVE_INFINITY) <= span.startUs;
  const missed = after.filter((span) => !isPreceded(span));
  if (missed.length === 0) return null;
  const say = (span: Span): string => {
    const first = firstEnds.get(clockOf(span));
    return first
      ? `begins ${microseconds(first.endUs - span.startUs)} before the first ${JSON.stringify(first.name)} ends`
      : otherClocks(span, firstEnds.keys());
  };
  return { actual: offenders(missed, say) };
}

function contains(window: Span, span: Span): boolean {
  return window.startUs <= span.startUs && span.endUs <= window.endUs;
}

function outsideWords(span: Span, window: Span): string {
  const name = JSON.stringify(window.name);
  return span.startUs < window.startUs
    ? `begins ${microseconds(window.startUs - span.startUs)} before ${name}`
    : `ends ${microseconds(span.endUs - window.endUs)} after ${name}`;
}

function otherClocks(span: Span, clocks: Iterable<string>): string {
  return `has times by the clock ${clockOf(span)}, which are not compared with those by the clock ${[...clocks].join(', ')}`;
}

function firstEndOfEachClock(spans: readonly Span[]): Map<string, Span> {
  const first = new Map<string, Span>();
  for (const span of spans) {
    const known = first.get(clockOf(span));
    if (!known || span.endUs < known.endUs) first.set(clockOf(span), span);
  }
  return first;
}

function microseconds(us: number): string {
  return us < 1000 ? `${us}µs` : formatDuration(us / 1000);
}
