import type { SpanNode } from '@cleangrid/core/trace/span-tree.ts';
import { expect, test } from 'vitest';
import { sampleSpan } from './fake/sample-spans.ts';
import { type FoldedNode, foldTree } from './fold-tree.ts';

function node(name: string, durationMs: number, children: SpanNode[] = []): SpanNode {
  const status = { code: name === 'failed' ? ('error' as const) : ('unset' as const), message: '' };
  const span = sampleSpan(name, [0, durationMs], { status });
  return { span, children, durationUs: durationMs * 1000, selfUs: 0 };
}

function shown(folded: readonly FoldedNode[]): unknown[] {
  return folded.map((one) =>
    one.kind === 'more' ? `${one.nodes.length} more, ${one.spanCount} spans` : one.node.span.name,
  );
}

test('leaves out nothing where everything has room', () => {
  const nodes = Array.from({ length: 50 }, (_, index) => node(`n${index}`, index));
  expect(foldTree(nodes, 50)).toHaveLength(50);
});

test('keeps the failed and the longest of many, in their order, and counts the others with all below them', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => node(`n${index}`, index, [node('below', 1)]));
  nodes[7] = node('failed', 0);
  const folded = foldTree(nodes, 14);
  expect(shown(folded)).toEqual(['failed', 'n96', 'n97', 'n98', 'n99', '95 more, 190 spans']);
});

test('does not spend a line on saying that one is left out', () => {
  const nodes = Array.from({ length: 4 }, (_, index) => node(`n${index}`, index));
  expect(foldTree(nodes, 1)).toHaveLength(4);
});

test('ends a tree of any depth', () => {
  let deep = node('deepest', 1);
  for (let depth = 0; depth < 100_000; depth += 1) deep = node('deep', 1, [deep]);
  let folded = foldTree([deep], 1000);
  let depth = 0;
  for (; folded[0]?.kind === 'span'; folded = folded[0].children) depth += 1;
  expect(depth).toBe(24);
  expect(shown(folded)).toEqual(['1 more, 99977 spans']);
});
