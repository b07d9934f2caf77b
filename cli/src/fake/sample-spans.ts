/** Spans of a run as a coordinator keeps them, for tests of what reads them: say only what the test is about. */

import { id, type ShardId } from '@cleangrid/core/ids.ts';
import type { RunSpans } from '@cleangrid/core/run-service.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';

export const sampleTraceId: string = runSpan(id('run1')).traceId;
export const sampleRootId: string = runSpan(id('run1')).spanId;

/** Of a program under test, from `startMs` to `endMs` of its run. */
export function sampleSpan(
  name: string,
  [startMs, endMs]: readonly [number, number],
  differing: Partial<Span> = {},
): Span {
  return {
    traceId: sampleTraceId,
    spanId: spanId(name),
    parentSpanId: null,
    name,
    kind: 'internal',
    startUs: startMs * 1000,
    endUs: endMs * 1000,
    attributes: {},
    events: [],
    links: [],
    status: { code: 'unset', message: '' },
    resource: {},
    scope: 'test',
    ...differing,
  };
}

/** One of ours. `parent`: the name of another, which it has the id of. */
export function ownSpan(
  name: string,
  times: readonly [number, number],
  { parent, ...differing }: Partial<Span> & { parent?: string } = {},
): Span {
  const service = name === 'queue' || name.startsWith('run ') ? 'cleangrid-coordinator' : 'cleangrid-agent';
  return sampleSpan(name, times, {
    spanId: name.startsWith('run ') ? sampleRootId : spanId(name),
    parentSpanId: parent === undefined ? null : parent === 'run' ? sampleRootId : spanId(parent),
    resource: { 'service.name': service },
    scope: 'cleangrid',
    ...differing,
  });
}

export function ofAttempt(shard: string, attempt: number, ...spans: Span[]): RunSpans {
  return { of: { shard: id<ShardId>(shard), attempt }, otlp: encodeSpans(spans) };
}

export function ofRun(...spans: Span[]): RunSpans {
  return { of: null, otlp: encodeSpans(spans) };
}

export function spanId(name: string): string {
  return Buffer.from(name.padEnd(8, '.')).toString('hex').slice(0, 16);
}
