/** Spans or metrics over OTLP/gRPC. The bytes are sent as they are. */

import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { spanPostMsMax } from '@cleangrid/core/limits.ts';
import type { OtlpSignal, OtlpSink, OtlpTarget, SinkAnswer } from '../trace/otlp-sink.ts';
import { readAnswer } from './otlp-answer.ts';

const methods = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
};

/** The codes that the specification wants to be tried again. */
const passing = new Set<status>([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
  status.RESOURCE_EXHAUSTED,
]);

export function otlpGrpcSink({ url, headers, ca }: OtlpTarget, signal: OtlpSignal): OtlpSink {
  const isSecure = url.protocol === 'https:';
  const address = `${url.hostname}:${url.port || (isSecure ? 443 : 4317)}`;
  const client = new Client(address, isSecure ? credentials.createSsl(ca) : credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return {
    post: (otlp) =>
      new Promise<SinkAnswer>((resolve, reject) => {
        const settle = (error: ServiceError | null, answer?: Buffer): void => {
          if (!error) resolve(readAnswer(answer ?? Buffer.alloc(0)));
          else if (passing.has(error.code)) reject(error);
          else resolve({ rejected: 'all', reason: error.message });
        };
        const deadline = AbortSignal.timeout(spanPostMsMax);
        const call = client.makeUnaryRequest(
          methods[signal],
          (bytes: Uint8Array) => Buffer.from(bytes),
          (bytes: Buffer) => bytes,
          Buffer.concat(otlp),
          metadata,
          settle,
        );
        deadline.addEventListener('abort', () => call.cancel());
      }),
    close: () => client.close(),
  };
}
