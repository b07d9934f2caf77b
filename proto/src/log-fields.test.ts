import { id, type RunId, type ShardId } from '@cleangrid/core/ids.ts';
import { expect, test } from 'vitest';
import { attemptLogFields, runLogFields } from './log-fields.ts';
import { attemptSpanId, runSpan } from './trace-ids.ts';

const run = id<RunId>('r');
const ref = { run, shard: id<ShardId>('0'), attempt: 2 };

test('a line about an attempt names its trace and its span, where it has them', () => {
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const span_id = attemptSpanId(ref, 'scenario');
  expect(attemptLogFields({ ref, trace })).toEqual({ ...ref, trace_id: trace.traceId, span_id });
  expect(attemptLogFields({ ref, trace: null })).toEqual(ref);
});

test('a line about a run names the root of its trace, where it has one', () => {
  const { traceId, spanId } = runSpan(run);
  expect(runLogFields({ run, traceMode: 'linked' })).toEqual({ run, trace_id: traceId, span_id: spanId });
  expect(runLogFields({ run, traceMode: 'off' })).toEqual({ run });
});
