/** Spans as trees, for people to read: what called what, how long it took, and where the time went. */

import { clockOf } from './clock-of.ts';
import type { Span } from './span.ts';
import { type SpanGraph, spanGraph } from './span-graph.ts';

export interface SpanNode {
  span: Span;
  /** By their start. */
  children: SpanNode[];
  durationUs: number;
  /** The part of the duration in which no child of the same clock ran: times of other hosts' clocks say nothing of it. */
  selfUs: number;
}

/** Each span is in one of these trees, once. Trees are in the order of their start. */
export interface SpanTree {
  roots: SpanNode[];
  /** Their parents did not arrive. */
  orphans: SpanNode[];
  /** By their parents' ids they are their own ancestors, or below such spans: each by itself, without children. */
  cyclic: SpanNode[];
}

export function spanTree(spans: readonly Span[]): SpanTree {
  const graph = spanGraph({ spans, own: [] });
  const tops = graph.foreign.filter((span) => graph.parentOf(span) === null);
  const reached = graph.below(tops);
  for (const top of tops) reached.add(top);
  const nodes = new Map(graph.foreign.map((span) => [span, nodeOf(span, graph)]));
  for (const [span, node] of nodes) {
    if (!reached.has(span)) continue;
    node.children = graph.childrenOf(span).flatMap((child) => nodes.get(child) ?? []);
    node.children.sort(byStart);
  }
  const treesOf = (some: readonly Span[]): SpanNode[] =>
    some.flatMap((span) => nodes.get(span) ?? []).sort(byStart);
  return {
    roots: treesOf(tops.filter((span) => !graph.isOrphan(span))),
    orphans: treesOf(tops.filter(graph.isOrphan)),
    cyclic: treesOf(graph.foreign.filter((span) => !reached.has(span))),
  };
}

function byStart({ span: left }: SpanNode, { span: right }: SpanNode): number {
  return left.startUs - right.startUs || (left.spanId < right.spanId ? -1 : 1);
}

function nodeOf(span: Span, graph: SpanGraph): SpanNode {
  const durationUs = Math.max(0, span.endUs - span.startUs);
  const clock = clockOf(span);
  const busyUs = unionUs(
    span,
    graph.childrenOf(span).filter((child) => clockOf(child) === clock),
  );
  return { span, children: [], durationUs, selfUs: durationUs - busyUs };
}

/** For how long any of the children ran within the parent's time. */
function unionUs({ startUs, endUs }: Span, children: readonly Span[]): number {
  let total = 0;
  let until = startUs;
  for (const child of children.toSorted((left, right) => left.startUs - right.startUs)) {
    const from = Math.max(child.startUs, until);
    const to = Math.min(child.endUs, endUs);
    total += Math.max(0, to - from);
    until = Math.max(until, to);
  }
  return total;
}
