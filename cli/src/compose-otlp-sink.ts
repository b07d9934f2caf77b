/** A connection to the back end for spans or metrics, in its protocol. */

import { otlpGrpcSink } from '@cleangrid/coordinator/adapters/otlp-grpc-sink.ts';
import { otlpHttpSink } from '@cleangrid/coordinator/adapters/otlp-http-sink.ts';
import type { OtlpSignal, OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import type { OtlpOptions } from './read-otlp.ts';

/** Null: nothing is sent. */
export function composeOtlpSink(otlp: OtlpOptions, signal: OtlpSignal): OtlpSink;
export function composeOtlpSink(otlp: OtlpOptions | null, signal: OtlpSignal): OtlpSink | null;
export function composeOtlpSink(otlp: OtlpOptions | null, signal: OtlpSignal): OtlpSink | null {
  if (otlp === null) return null;
  const { protocol, ...target } = otlp;
  return protocol === 'grpc' ? otlpGrpcSink(target, signal) : otlpHttpSink(target, signal);
}
