/** A back end for traces and metrics that keeps what it gets: OTLP over HTTP and over gRPC. It can go away and come back on its ports. */

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';

export interface OtlpReceiver {
  readonly http: string;
  readonly grpc: string;
  /** In the order of their arrival; what came twice is there twice. */
  readonly spans: readonly Span[];
  /** Posts over HTTP, undecoded: names can be found in them. */
  readonly metrics: readonly string[];
  /** Of each post of spans over HTTP. */
  readonly headers: readonly Record<string, unknown>[];
  /** Resolves when a span for which it is true is there. */
  got(isIt: (span: Span) => boolean): Promise<Span>;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const headers: Record<string, unknown>[] = [];
  let wake = Promise.withResolvers<void>();
  const take = (otlp: Uint8Array): void => {
    spans.push(...decodeSpans(otlp));
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const metrics: string[] = [];
  const takeHttp = (path: string | undefined, post: HttpPost): boolean => {
    if (path === '/v1/metrics') metrics.push(post.body.toString('latin1'));
    if (path !== '/v1/traces') return path === '/v1/metrics';
    headers.push(post.headers);
    take(post.body);
    return true;
  };
  let http = await serveHttp(takeHttp, 0);
  const { port } = http.address() as AddressInfo;
  let grpc = await serveGrpc(take, 0);
  const grpcPort = grpc.port;
  return {
    http: `http://127.0.0.1:${port}`,
    grpc: `http://127.0.0.1:${grpcPort}`,
    spans,
    metrics,
    headers,
    async got(isIt) {
      for (;;) {
        const found = spans.find(isIt);
        if (found) return found;
        await wake.promise;
      }
    },
    async goAway() {
      grpc.server.forceShutdown();
      http.closeAllConnections();
      if (http.listening) await once(http.close(), 'close');
    },
    async comeBack() {
      http = await serveHttp(takeHttp, port);
      grpc = await serveGrpc(take, grpcPort);
    },
  };
}

interface HttpPost {
  headers: Record<string, unknown>;
  body: Buffer;
}

/** `take` returns whether it wants what was posted there. */
async function serveHttp(
  take: (path: string | undefined, post: HttpPost) => boolean,
  port: number,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { headers, url } = request;
      const isOtlp = headers['content-type'] === 'application/x-protobuf';
      response.writeHead(isOtlp && take(url, { headers, body }) ? 200 : 404).end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const asBytes = (bytes: Buffer): Buffer => bytes;

async function serveGrpc(
  take: (otlp: Uint8Array) => void,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = new Server();
  const implementation: UntypedServiceImplementation = {
    export: (call: { request: Buffer }, answer: (error: null, bytes: Buffer) => void): void => {
      take(call.request);
      answer(null, Buffer.alloc(0));
    },
  };
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: asBytes,
        requestDeserialize: asBytes,
        responseSerialize: asBytes,
        responseDeserialize: asBytes,
      },
    },
    implementation,
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, chosen) =>
      error ? reject(error) : resolve(chosen),
    );
  });
  return { server, port: bound };
}
