/** A back end that counts: OTLP over HTTP, each span once however often it comes. A process of its own; it says its port, and what it has got so far when it is asked. */

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import type { ToCounter, FromCounter } from './span-counter.ts';

const ids = new Set<string>();
let root: FromCounter['root'] = null;
let server: Server | null = null;
let port = 0;

process.on('message', (message: ToCounter) => void answer(message));
await listen();
say();

async function answer(message: ToCounter): Promise<void> {
  if (message === 'go away') await goAway();
  if (message === 'come back') await listen();
  if (message === 'forget') {
    ids.clear();
    root = null;
  }
  say();
}

function say(): void {
  const told: FromCounter = { port, spans: ids.size, root };
  process.send?.(told);
}

async function listen(): Promise<void> {
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/v1/traces') take(body);
      response.writeHead(200).end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
}

async function goAway(): Promise<void> {
  if (!server) return;
  server.closeAllConnections();
  await once(server.close(), 'close');
}

/** The root alone is read as a whole: it says how many there were. */
function take(otlp: Buffer): void {
  if (otlp.includes('cleangrid.spans.emitted')) {
    const [span] = decodeSpans(otlp);
    const number = (word: string): number => Number(span?.attributes[`cleangrid.spans.${word}`]);
    root = { emitted: number('emitted'), arrived: number('arrived'), dropped: number('dropped') };
    return;
  }
  // ResourceSpans, ScopeSpans, Span, span_id.
  eachOf(otlp, 1, (resource) => eachOf(resource, 2, (scope) => eachOf(scope, 2, countSpan)));
}

function countSpan(span: Uint8Array): void {
  eachOf(span, 2, (id) => void ids.add(Buffer.from(id).toString('latin1')));
}

function eachOf(bytes: Uint8Array, wanted: number, take: (part: Uint8Array) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted) take(reader.bytes());
    else reader.skip(wireType, field);
  }
}
