/** OpenTelemetry's own exporters send to our receivers. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test } from 'vitest';
import { createHttpReceiver } from '../otlp/http-receiver.ts';
import { type IntakeStand, intakeStand, type OpenAttempt, source } from '../otlp/testing/intake-stand.ts';
import { createOtlpGrpcReceiver } from './otlp-grpc-receiver.ts';

let server: Server;
afterEach(() => server.close());

const container = source('app');

async function serve(
  take: (stand: IntakeStand) => (socket: Socket) => void,
): Promise<OpenAttempt & { url: string }> {
  const stand = intakeStand();
  const open = stand.open('0', 'a', [container]);
  server = createServer(take(stand)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ...open, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const http = ({ intake }: IntakeStand): ((socket: Socket) => void) => {
  const receiver = createHttpReceiver(systemClock, intake);
  return (socket) => receiver.accept(socket, container);
};
const grpc = ({ intake }: IntakeStand): ((socket: Socket) => void) =>
  createOtlpGrpcReceiver(intake, container);

test.each([
  ['HTTP with protobuf', http, (url: string) => new ProtobufExporter({ url: `${url}/v1/traces` })],
  ['HTTP with JSON', http, (url: string) => new JsonExporter({ url: `${url}/v1/traces` })],
  ['gRPC', grpc, (url: string) => new GrpcExporter({ url })],
] as const)('every span that is exported over %s arrives as it was', async (_, take, exporterFor) => {
  const { stored, attempt, url } = await serve(take);
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter: exporterFor(url) })],
  });
  const tracer = provider.getTracer('shop');
  for (let index = 0; index < 1_000; index += 1) {
    const span = tracer.startSpan(`order ${index}`, { attributes: { index, tags: ['a', 'b'], half: 0.5 } });
    span.addEvent('cache.miss', { isCold: true });
    span.end();
  }
  await provider.shutdown();
  expect(new Set(stored.map(({ name }) => name)).size).toBe(1_000);
  expect(attempt.cut).toBe(0);
  expect(stored.find(({ name }) => name === 'order 7')).toMatchObject({
    attributes: { index: 7, tags: ['a', 'b'], half: 0.5 },
    events: [{ name: 'cache.miss', attributes: { isCold: true } }],
    scope: 'shop',
  });
});
