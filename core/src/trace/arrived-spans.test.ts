import { expect, test } from 'vitest';
import { arrivedSpans } from './arrived-spans.ts';
import type { Span } from './span.ts';

function span(name: string, scope: string, service: string): Span {
  return {
    traceId: '0'.repeat(32),
    spanId: '0'.repeat(16),
    parentSpanId: null,
    name,
    kind: 'internal',
    startUs: 0,
    endUs: 1,
    attributes: {},
    events: [],
    links: [],
    status: { code: 'unset', message: '' },
    resource: { 'service.name': service },
    scope,
  };
}

test('tells the spans of programs from our own, and leaves out those of the coordinator', () => {
  const exec = span('exec', 'cleangrid', 'cleangrid-agent');
  const queue = span('queue', 'cleangrid', 'cleangrid-coordinator');
  const request = span('GET /', 'http', 'cleangrid-agent');
  expect(arrivedSpans([request, queue, exec])).toEqual({ spans: [request], own: [exec] });
});
