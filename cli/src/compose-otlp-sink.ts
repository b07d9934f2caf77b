/** A connection to the back end for spans or metrics, in its protocol. */

import { otlpHttpSink } from '@cleangrid/coordinator/adapters/otlp-http-sink.ts';
import type { OtlpSignal, OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import type { OtlpOptions } from './read-otlp.ts';

/** Null: nothing is sent. */
export async function composeOtlpSink(otlp: OtlpOptions, signal: OtlpSignal): Promise<OtlpSink>;
export async function composeOtlpSink(otlp: OtlpOptions | null, signal: OtlpSignal): Promise<OtlpSink | null>;
export async function composeOtlpSink(
  otlp: OtlpOptions | null,
  signal: OtlpSignal,
): Promise<OtlpSink | null> {
  if (otlp === null) return null;
  const { protocol, ...target } = otlp;
  if (protocol !== 'grpc') return otlpHttpSink(target, signal);
  // a tenth of a second that most runs need not spend
  const { otlpGrpcSink } = await import('@cleangrid/coordinator/adapters/otlp-grpc-sink.ts');
  return otlpGrpcSink(target, signal);
}
