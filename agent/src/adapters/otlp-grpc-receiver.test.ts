import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { otlpBodyBytesMax } from '@cleangrid/core/limits.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { Client, compressionAlgorithms, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { intakeStand, type OpenAttempt, source } from '../otlp/testing/intake-stand.ts';
import { createOtlpGrpcReceiver } from './otlp-grpc-receiver.ts';

let server: Server;
let client: Client;
let open: OpenAttempt;

beforeEach(async () => {
  const stand = intakeStand();
  const container = source('db');
  open = stand.open('0', 'a', [container]);
  server = createServer(createOtlpGrpcReceiver(stand.intake, container)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  server.close();
});

const asBytes = (bytes: Buffer): Buffer => bytes;

function send(service: string, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const path = `/opentelemetry.proto.collector.${service}/Export`;
    const answer = (error: ServiceError | null, value?: Buffer): void =>
      error ? reject(error) : resolve(value ?? Buffer.alloc(0));
    client.makeUnaryRequest(path, asBytes, asBytes, Buffer.from(bytes), answer);
  });
}

const traces = 'trace.v1.TraceService';

test('takes spans over gRPC, and says how many it did not take', async () => {
  expect(await send(traces, encodeSpans([fakeSpan('a')]))).toHaveLength(0);
  expect(
    (await send(traces, encodeSpans([fakeSpan('b'), fakeSpan('c', { spanId: '' })]))).length,
  ).toBeGreaterThan(0);
  expect(open.stored.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('takes compressed spans', async () => {
  const { port } = server.address() as AddressInfo;
  client.close();
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
  });
  await send(traces, encodeSpans([fakeSpan('a')]));
  expect(open.stored).toHaveLength(1);
});

const refused: [what: string, service: string, bytes: Uint8Array, code: number][] = [
  ['bytes that are no spans', traces, Buffer.from('garbage'), status.INVALID_ARGUMENT],
  ['a post that is too large', traces, Buffer.alloc(otlpBodyBytesMax + 1), status.RESOURCE_EXHAUSTED],
  ['metrics', 'metrics.v1.MetricsService', new Uint8Array(), status.UNIMPLEMENTED],
];

test.each(refused)('refuses %s', async (...[, service, bytes, code]) => {
  await expect(send(service, bytes)).rejects.toMatchObject({ code });
  expect(open.stored).toEqual([]);
});

test('refuses a small message that is large when it is decompressed', async () => {
  const { port } = server.address() as AddressInfo;
  client.close();
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
  });
  await expect(send(traces, Buffer.alloc(20 * otlpBodyBytesMax))).rejects.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
});
