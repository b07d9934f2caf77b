import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forest, spansOf } from '../fake/arbitrary-spans.ts';
import { fakeSpan } from '../fake/spans.ts';
import { type SpanNode, spanTree } from './span-tree.ts';

function everyNode(nodes: readonly SpanNode[]): SpanNode[] {
  return nodes.flatMap((node) => [node, ...everyNode(node.children)]);
}

/** `a(b c)`: names, and what is below in brackets. */
function drawn(nodes: readonly SpanNode[]): string {
  return nodes
    .map(({ span, children }) => span.name + (children.length > 0 ? `(${drawn(children)})` : ''))
    .join(' ');
}

test('puts each span below its parent, in the order of their start', () => {
  const spans = [
    fakeSpan('late', { parent: 'root', startUs: 30 }),
    fakeSpan('deep', { parent: 'early' }),
    fakeSpan('early', { parent: 'root', startUs: 20 }),
    fakeSpan('root', { startUs: 10 }),
    fakeSpan('first', { startUs: 5 }),
  ];
  expect(drawn(spanTree(spans).roots)).toBe('first root(early(deep) late)');
});

test('sets apart what has a parent that did not arrive, with all that is below it', () => {
  const { roots, orphans } = spanTree([
    fakeSpan('root'),
    fakeSpan('lost', { parent: 'nobody' }),
    fakeSpan('child', { parent: 'lost' }),
  ]);
  expect([drawn(roots), drawn(orphans)]).toEqual(['root', 'lost(child)']);
});

test('shows spans that are their own ancestors, each by itself', () => {
  const { roots, cyclic } = spanTree([
    fakeSpan('root'),
    fakeSpan('x', { parent: 'y', startUs: 1 }),
    fakeSpan('y', { parent: 'x', startUs: 2 }),
    fakeSpan('below', { parent: 'y', startUs: 3 }),
  ]);
  expect([drawn(roots), drawn(cyclic)]).toEqual(['root', 'x y below']);
});

test.each([
  ['no children', [], 100],
  ['one child', [[10, 40]], 70],
  [
    'children that overlap',
    [
      [10, 40],
      [30, 60],
    ],
    50,
  ],
  [
    'a child within another',
    [
      [10, 60],
      [20, 30],
    ],
    50,
  ],
  [
    'children that go beyond it',
    [
      [-50, 10],
      [90, 200],
    ],
    80,
  ],
  ['a child that is elsewhere in time', [[200, 300]], 100],
])('counts as its own the time without children: %s', (_title, children, selfUs) => {
  const root = fakeSpan('root', { startUs: 0, endUs: 100 });
  const below = children.map(([startUs = 0, endUs = 0], index) =>
    fakeSpan(`c${index}`, { parent: 'root', startUs, endUs }),
  );
  expect(spanTree([root, ...below]).roots[0]).toMatchObject({ durationUs: 100, selfUs });
});

test('does not take the times of another host from its own', () => {
  const resource = { 'host.name': 'other' };
  const child = fakeSpan('child', { parent: 'root', startUs: 0, endUs: 100, resource });
  const [root] = spanTree([fakeSpan('root', { startUs: 0, endUs: 100 }), child]).roots;
  expect(root?.selfUs).toBe(100);
});

test('takes a span that ends before it starts for one without duration', () => {
  const [root] = spanTree([
    fakeSpan('root', { startUs: 100, endUs: 50 }),
    fakeSpan('child', { parent: 'root', startUs: 60, endUs: 90 }),
  ]).roots;
  expect(root).toMatchObject({ durationUs: 0, selfUs: 0 });
});

test('shows every span once, below its parent, whatever the order and whatever is missing', () => {
  const arrived = fc.record({ plan: forest, lost: fc.nat(11), seed: fc.nat() });
  fc.assert(
    fc.property(arrived, ({ plan, lost, seed }) => {
      const spans = spansOf(plan).toSpliced(lost, 1);
      const shuffled = spans.toSorted((left, right) => hash(left.spanId, seed) - hash(right.spanId, seed));
      const found = spanTree(shuffled);
      const nodes = everyNode([...found.roots, ...found.orphans]);
      expect(nodes.map(({ span }) => span.spanId).sort()).toEqual(spans.map(({ spanId }) => spanId).sort());
      for (const { span, children, durationUs, selfUs } of nodes) {
        for (const child of children) expect(child.span.parentSpanId).toBe(span.spanId);
        expect(selfUs).toBeGreaterThanOrEqual(0);
        expect(selfUs).toBeLessThanOrEqual(durationUs);
      }
      expect(found.orphans.length > 0).toBe(
        spans.some(
          ({ parentSpanId }) => parentSpanId !== null && !spans.some((one) => one.spanId === parentSpanId),
        ),
      );
      expect(found).toEqual(spanTree(spans));
    }),
  );
});

function hash(id: string, seed: number): number {
  return (Number.parseInt(id, 16) * 31 + seed) % 101;
}

test('makes a tree of a chain of 20,000 spans', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    fakeSpan('s', {
      spanId: String(index).padStart(16, '0'),
      parentSpanId: index === 0 ? null : String(index - 1).padStart(16, '0'),
    }),
  );
  let depth = 0;
  for (let node = spanTree(chain).roots[0]; node; node = node.children[0]) depth += 1;
  expect(depth).toBe(20_000);
});
