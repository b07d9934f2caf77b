/** The back end for spans, in its protocol. */

import { otlpGrpcSink } from '@cleangrid/coordinator/adapters/otlp-grpc-sink.ts';
import { otlpHttpSink } from '@cleangrid/coordinator/adapters/otlp-http-sink.ts';
import type { SpanSink } from '@cleangrid/coordinator/trace/span-sink.ts';
import type { OtlpOptions } from './read-otlp.ts';

/** As a part of a coordinator; null: spans go nowhere. */
export function composeSpanSink(otlp: OtlpOptions | null): { spanSink?: SpanSink } {
  if (otlp === null) return {};
  const { protocol, ...target } = otlp;
  return { spanSink: protocol === 'grpc' ? otlpGrpcSink(target) : otlpHttpSink(target) };
}
