/** Leaves out of a tree what is not worth a line, so that the rest can be read: of many children the failed and the longest are kept. */

import { traceDepthMax } from '@cleangrid/core/limits.ts';
import type { SpanNode } from '@cleangrid/core/trace/span-tree.ts';

export type FoldedNode =
  | { kind: 'span'; node: SpanNode; children: FoldedNode[] }
  /** Neighbours that are not shown, with all below them. */
  | { kind: 'more'; spanCount: number; nodes: readonly SpanNode[] };

/** Children of each span that are shown, and how deep: the first of these that fits. */
const folds: readonly { children: number; depth: number }[] = [
  { children: Number.POSITIVE_INFINITY, depth: traceDepthMax },
  { children: 30, depth: traceDepthMax },
  { children: 12, depth: 12 },
  { children: 8, depth: 8 },
  { children: 5, depth: 6 },
  { children: 3, depth: 5 },
];

/** At most about `lines` of them: the narrowest fold is taken where none fits. */
export function foldTree(roots: readonly SpanNode[], lines: number): FoldedNode[] {
  let folded: FoldedNode[] = [];
  for (const fold of folds) {
    folded = foldLevel(roots, fold, fold.depth);
    if (countLines(folded) <= lines) break;
  }
  return folded;
}

function foldLevel(nodes: readonly SpanNode[], fold: { children: number }, depth: number): FoldedNode[] {
  // One that is left out takes a line too.
  const kept = depth === 0 ? [] : nodes.length <= fold.children + 1 ? nodes : worthiest(nodes, fold.children);
  const isKept = new Set(kept);
  const shown = nodes
    .filter((node) => isKept.has(node))
    .map(
      (node): FoldedNode => ({
        kind: 'span',
        node,
        children: foldLevel(node.children, fold, depth - 1),
      }),
    );
  const rest = nodes.filter((node) => !isKept.has(node));
  if (rest.length === 0) return shown;
  return [...shown, { kind: 'more', spanCount: countSpans(rest), nodes: rest }];
}

function worthiest(nodes: readonly SpanNode[], count: number): SpanNode[] {
  return nodes
    .toSorted(
      (left, right) =>
        Number(right.span.status.code === 'error') - Number(left.span.status.code === 'error') ||
        right.durationUs - left.durationUs,
    )
    .slice(0, count);
}

function countLines(folded: readonly FoldedNode[]): number {
  return folded.reduce((sum, one) => sum + 1 + (one.kind === 'span' ? countLines(one.children) : 0), 0);
}

function countSpans(nodes: readonly SpanNode[]): number {
  let count = 0;
  const waiting = [...nodes];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    count += 1;
    for (const child of node.children) waiting.push(child);
  }
  return count;
}
