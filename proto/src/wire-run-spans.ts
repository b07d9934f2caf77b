/** Spans that a coordinator kept ↔ `cleangrid.v1.RunSpans`. */

import { create } from '@bufbuild/protobuf';
import { id, type ShardId } from '@cleangrid/core/ids.ts';
import type { RunSpans } from '@cleangrid/core/run-service.ts';
import { RunSpansSchema, type RunSpans as WireRunSpans } from './gen/cleangrid/v1/runs_pb.ts';

export function encodeRunSpans({ of, otlp }: RunSpans): WireRunSpans {
  return create(RunSpansSchema, { ...of, otlp });
}

export function decodeRunSpans({ shard, attempt, otlp }: WireRunSpans): RunSpans {
  return { of: shard === '' ? null : { shard: id<ShardId>(shard), attempt }, otlp };
}
