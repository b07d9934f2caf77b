/** The spans of an attempt with their real parents, each span once: exporters repeat what was not answered in time. */

import { compileGlob, type Glob } from '../glob.ts';
import type { Span } from './span.ts';
import type { ArrivedSpans } from './span-expectations.ts';

export interface SpanGraph {
  /** Of the programs under test. */
  foreign: readonly Span[];
  /** Of cleangrid itself. */
  own: readonly Span[];
  /** Whether the glob matches the span's name; of a span of ours, whether it is exactly its name. */
  isNamed(span: Span, glob: string): boolean;
  named(glob: string): Span[];
  /** Null for a root, and where the parent did not arrive. */
  parentOf(span: Span): Span | null;
  childrenOf(span: Span): readonly Span[];
  /** Whether it has a parent that did not arrive. */
  isOrphan(span: Span): boolean;
  /** All that are below one of these. */
  below(spans: Iterable<Span>): Set<Span>;
}

export function spanGraph({ spans, own }: ArrivedSpans): SpanGraph {
  const byKey = new Map<string, Span>();
  const distinct = (all: readonly Span[]): Span[] =>
    all.filter((span) => {
      const key = keyOf(span.traceId, span.spanId);
      if (byKey.has(key)) return false;
      byKey.set(key, span);
      return true;
    });
  const ours = distinct(own);
  const foreign = distinct(spans);
  const parentOf = (span: Span): Span | null =>
    span.parentSpanId === null ? null : (byKey.get(keyOf(span.traceId, span.parentSpanId)) ?? null);
  const children = Map.groupBy([...ours, ...foreign], parentOf);
  const childrenOf = (span: Span): readonly Span[] => children.get(span) ?? [];
  const foreignSpans = new Set(foreign);
  const globs = new Map<string, Glob>();
  const isNamed = (span: Span, pattern: string): boolean => {
    const glob = globs.get(pattern) ?? compileGlob(pattern);
    globs.set(pattern, glob);
    return foreignSpans.has(span) ? glob.matches(span.name) : glob.literal === span.name;
  };
  return {
    foreign,
    own: ours,
    isNamed,
    named: (glob) => [...ours, ...foreign].filter((span) => isNamed(span, glob)),
    parentOf,
    childrenOf,
    isOrphan: (span) => span.parentSpanId !== null && parentOf(span) === null,
    below: (from) => below(from, childrenOf),
  };
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId}:${spanId}`;
}

function below(from: Iterable<Span>, childrenOf: (span: Span) => readonly Span[]): Set<Span> {
  const found = new Set<Span>();
  const waiting = [...from];
  for (let span = waiting.pop(); span; span = waiting.pop()) {
    for (const child of childrenOf(span)) {
      if (found.has(child)) continue;
      found.add(child);
      waiting.push(child);
    }
  }
  return found;
}
