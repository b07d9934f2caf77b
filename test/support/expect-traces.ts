/** What must be true of the spans of every run, whatever happened on their way. */

import type { Span } from '@cleangrid/core/trace/span.ts';
import { expect } from 'vitest';

/** Every span came once, below one that began no later; returns the run's root, which counted them. */
export function expectWholeTraces(spans: readonly Span[]): Span {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  expect(byId.size, 'no span came twice').toBe(spans.length);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === null);
  for (const { name, parentSpanId, traceId, startUs } of spans) {
    if (parentSpanId === null) continue;
    const parent = byId.get(parentSpanId);
    expect(parent, `the parent of ${name} came`).toMatchObject({ traceId });
    expect(parent?.startUs, `the parent of ${name} began before it`).toBeLessThanOrEqual(startUs);
  }
  const [root] = roots.filter(({ name }) => name.startsWith('run '));
  expect(root?.attributes).toMatchObject({
    'cleangrid.spans.emitted': spans.length - 1,
    'cleangrid.spans.arrived': spans.length - 1,
    'cleangrid.spans.dropped': 0,
  });
  for (const other of roots) {
    if (other === root) continue;
    expect(other.links).toMatchObject([{ traceId: root?.traceId, spanId: root?.spanId }]);
  }
  return root as Span;
}

/** How often each name is there, names of users' cut off. */
export function spanCounts(spans: readonly Span[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of spans) {
    const [word = ''] = name.split(' ');
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
