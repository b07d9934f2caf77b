/** OTLP over gRPC on connections that come through tunnels: a server for each container that has one, which listens nowhere. */

import type { Duplex } from 'node:stream';
import { otlpBodyBytesMax, otlpIdleMsMax } from '@cleangrid/core/limits.ts';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import type { SpanSource } from '../otlp/attempt-spans.ts';
import { exportAnswer } from '../otlp/export-answer.ts';
import type { GrpcReceiver } from '../otlp/listen-for-spans.ts';
import type { SpanIntake } from '../otlp/span-intake.ts';

/** Few programs send over gRPC: the library is loaded for the first that does. */
export const createOtlpGrpcReceiver: GrpcReceiver = (intake, source) => {
  const opened = openServer(intake, source);
  return (connection) => {
    opened.then(
      (inject) => inject(connection),
      (error: Error) => connection.destroy(error),
    );
  };
};

const asBytes = (bytes: Buffer): Buffer => bytes;

const traceService: ServiceDefinition = {
  export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: asBytes,
    requestDeserialize: asBytes,
    responseSerialize: asBytes,
    responseDeserialize: asBytes,
  },
};

async function openServer(intake: SpanIntake, source: SpanSource): Promise<(connection: Duplex) => void> {
  const { Server, ServerCredentials, status } = await import('@grpc/grpc-js');
  const server = new Server({
    'grpc.max_receive_message_length': otlpBodyBytesMax,
    // Together with the number of connections it bounds what can be held for a container.
    'grpc.max_concurrent_streams': 1,
    'grpc.max_connection_idle_ms': otlpIdleMsMax,
    // One that is held open with a message that never ends is closed some time.
    'grpc.max_connection_age_ms': 10 * otlpIdleMsMax,
    'grpc.max_connection_age_grace_ms': otlpIdleMsMax,
  });
  server.addService(traceService, {
    export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      const said = intake.take({ source, encoding: 'protobuf', body: call.request });
      if (said.kind === 'refused') answer({ code: status.INVALID_ARGUMENT, details: said.message });
      else answer(null, Buffer.from(exportAnswer(said.rejected, said.message)));
    },
  });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return (connection) => injector.injectConnection(connection);
}
