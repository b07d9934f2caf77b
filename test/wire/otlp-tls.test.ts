import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { otlpGrpcSink } from '@cleangrid/coordinator/adapters/otlp-grpc-sink.ts';
import { otlpHttpSink } from '@cleangrid/coordinator/adapters/otlp-http-sink.ts';
import type { OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';

const read = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, 'certificates', name));
const [ca, key, cert] = await Promise.all([read('ca.pem'), read('grid.key'), read('grid.pem')]);
const asBytes = (bytes: Buffer): Buffer => bytes;

/** What it got, and with which header. */
interface Got {
  bytes: Buffer;
  key: unknown;
}

async function serveHttps(got: Got[]): Promise<number> {
  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ bytes: Buffer.concat(chunks), key: request.headers['x-key'] });
      response.writeHead(200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function serveGrpcs(got: Got[]): Promise<number> {
  const server = new Server();
  const bytes = { requestSerialize: asBytes, requestDeserialize: asBytes, responseSerialize: asBytes };
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  const method = {
    path,
    requestStream: false,
    responseStream: false,
    ...bytes,
    responseDeserialize: asBytes,
  };
  server.addService(
    { export: method },
    {
      export: (
        call: { request: Buffer; metadata: { get(name: string): unknown[] } },
        answer: (error: null, bytes: Buffer) => void,
      ) => {
        got.push({ bytes: call.request, key: call.metadata.get('x-key')[0] });
        answer(null, Buffer.alloc(0));
      },
    },
  );
  const secure = ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }]);
  onTestFinished(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', secure, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

const protocols = [
  ['OTLP/HTTP', serveHttps, otlpHttpSink],
  ['OTLP/gRPC', serveGrpcs, otlpGrpcSink],
] as const;

function open(make: (typeof protocols)[number][2], port: number, trusted: Buffer | null): OtlpSink {
  const url = new URL(`https://localhost:${port}`);
  const sink = make({ url, headers: { 'x-key': 'secret' }, ca: trusted }, 'traces');
  onTestFinished(() => sink.close());
  return sink;
}

test.each(protocols)(
  '%s goes over TLS to a back end whose CA was named, with the headers',
  async (_, serve, make) => {
    const got: Got[] = [];
    const sink = open(make, await serve(got), ca);
    expect(await sink.post([Buffer.from('spa'), Buffer.from('ns')])).toEqual({ rejected: 0, reason: '' });
    expect(got).toEqual([{ bytes: Buffer.from('spans'), key: 'secret' }]);
  },
);

test.each(protocols)('%s sends nothing to a back end whose CA nobody named', async (_, serve, make) => {
  const got: Got[] = [];
  const sink = open(make, await serve(got), null);
  await expect(sink.post([Buffer.from('spa'), Buffer.from('ns')])).rejects.toThrow(/certificate/u);
  expect(got).toEqual([]);
});
