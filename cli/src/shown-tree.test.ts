import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanNode } from '@cleangrid/core/trace/span-tree.ts';
import { expect, test } from 'vitest';
import { ownSpan, sampleRootId, sampleSpan, sampleTraceId } from './fake/sample-spans.ts';
import { shownTree } from './shown-tree.ts';

/** Names with those below them. */
function outline(nodes: readonly SpanNode[]): unknown[] {
  return nodes.map(({ span, children }) =>
    children.length === 0 ? span.name : [span.name, ...outline(children)],
  );
}

const run = ownSpan('run orders', [0, 100]);
const queue = ownSpan('queue', [0, 10], { parent: 'run' });
const scenario = ownSpan('scenario pay', [10, 90], { parent: 'queue' });
const lease = ownSpan('lease', [10, 20], { parent: 'scenario pay' });
const step = ownSpan('step one', [20, 80], { parent: 'scenario pay' });
const exec = ownSpan('exec', [20, 80], { parent: 'step one' });
const request = sampleSpan('GET /', [30, 40], { parentSpanId: exec.spanId });

test('shows the wait of a scenario within it, and a command that is all of its step as that step', () => {
  expect(outline(shownTree([request, exec, step, lease, scenario, queue, run]))).toEqual([
    ['run orders', ['scenario pay', 'queue', 'lease', ['step one', 'GET /']]],
  ]);
});

test('shows a command whose step did more than it', () => {
  const short = { ...exec, endUs: exec.endUs - 30_000 };
  expect(outline(shownTree([request, short, step]))).toEqual([['step one', ['exec', 'GET /']]]);
});

test('shows the wait of an attempt that never began', () => {
  expect(outline(shownTree([run, queue]))).toEqual([['run orders', 'queue']]);
});

test('shows the traces of attempts below the run that they link to, in the order of their start', () => {
  const apart = (span: Span, traceId: string): Span => ({ ...span, traceId });
  const links = [{ traceId: sampleTraceId, spanId: sampleRootId, attributes: {} }];
  const later = { ...apart(scenario, '2'.repeat(32)), name: 'scenario later', startUs: 50_000 };
  const spans = [
    apart({ ...queue, parentSpanId: null, links }, '2'.repeat(32)),
    later,
    apart({ ...queue, parentSpanId: null, links }, '1'.repeat(32)),
    apart(scenario, '1'.repeat(32)),
    run,
  ];
  expect(outline(shownTree(spans))).toEqual([
    ['run orders', ['scenario pay', 'queue'], ['scenario later', 'queue']],
  ]);
});

test('keeps what belongs nowhere behind the run', () => {
  const stray = sampleSpan('stray', [0, 1]);
  const orphan = sampleSpan('orphan', [0, 1], { parentSpanId: 'f'.repeat(16) });
  expect(outline(shownTree([orphan, stray, run]))).toEqual(['run orders', 'stray', 'orphan']);
});
