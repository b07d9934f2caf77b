/** OTLP over HTTP on connections that come through tunnels: one server that listens nowhere. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { messageOf } from '@cleangrid/core/errors.ts';
import { otlpBodyBytesMax, otlpIdleMsMax, otlpPostMsMax, otlpPostsMax } from '@cleangrid/core/limits.ts';
import type { SpanSource } from './attempt-spans.ts';
import { exportAnswer } from './export-answer.ts';
import type { IntakeAnswer, SpanIntake, SpanPost } from './span-intake.ts';

interface Connection {
  source: SpanSource;
  /** Ends the connection when its time is over. */
  wait(ms: number): void;
}

export interface HttpReceiver {
  accept(connection: Duplex, source: SpanSource): void;
}

export function createHttpReceiver(clock: Clock, intake: SpanIntake): HttpReceiver {
  const connections = new WeakMap<Duplex, Connection>();
  const posts = new WeakMap<SpanSource, number>();
  const server = createServer({ keepAlive: true }, (request, response) => {
    const connection = connections.get(request.socket);
    if (!connection) return void request.destroy();
    connection.wait(otlpPostMsMax);
    response.once('finish', () => connection.wait(otlpIdleMsMax));
    const { source } = connection;
    const count = posts.get(source) ?? 0;
    const refusal = refusalOf(request) ?? busy(count) ?? refusedBy(intake, source);
    if (refusal !== null) return answer(request, response, refusal);
    posts.set(source, count + 1);
    void receive(request, { intake, source })
      .then((said) => answer(request, response, said))
      .finally(() => posts.set(source, (posts.get(source) ?? 1) - 1));
  });
  // Each connection has a timer of its own: the server's would only run while it listens somewhere.
  server.keepAliveTimeout = 0;
  return {
    accept(connection, source) {
      let cancel: CancelTimer = () => {};
      const wait = (ms: number): void => {
        cancel();
        cancel = clock.after(ms, () => connection.destroy());
      };
      connections.set(connection, { source, wait });
      connection.once('close', () => cancel());
      wait(otlpIdleMsMax);
      server.emit('connection', connection);
    },
  };
}

interface Said {
  status: number;
  message: string;
  rejected?: number;
}

const encodings = new Map<string, SpanPost['encoding']>([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

function encodingOf({ headers }: IncomingMessage): SpanPost['encoding'] | null {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return encodings.get(type.trim().toLowerCase()) ?? null;
}

/** By its head alone; null: its body is worth reading. */
function refusalOf(request: IncomingMessage): Said | null {
  const [path] = (request.url ?? '').split('?');
  if (path !== '/v1/traces') return { status: 404, message: 'cleangrid takes traces only, at /v1/traces' };
  if (request.method !== 'POST') return { status: 405, message: 'traces are posted' };
  if (encodingOf(request) === null)
    return { status: 415, message: 'the content type is application/x-protobuf or application/json' };
  if (!['identity', 'gzip'].includes(request.headers['content-encoding'] ?? 'identity'))
    return { status: 415, message: 'the content encoding is gzip, or there is none' };
  return null;
}

function busy(count: number): Said | null {
  return count < otlpPostsMax ? null : { status: 429, message: `${count} posts are being read already` };
}

function refusedBy(intake: SpanIntake, source: SpanSource): Said | null {
  const message = intake.refusal(source);
  return message === null ? null : { status: 400, message };
}

async function receive(
  request: IncomingMessage,
  { intake, source }: { intake: SpanIntake; source: SpanSource },
): Promise<Said> {
  let body: Buffer | null;
  try {
    body = await bodyOf(request);
  } catch (error) {
    const message = `the body could not be read: ${messageOf(error)}`;
    intake.unreadable(source, message);
    return { status: 400, message };
  }
  if (body === null) {
    intake.lost(source);
    return { status: 413, message: `a post has at most ${otlpBodyBytesMax} bytes, also decompressed` };
  }
  const encoding = encodingOf(request) ?? 'protobuf';
  const said: IntakeAnswer = intake.take({ source, encoding, body });
  return said.kind === 'refused' ? { status: 400, ...said } : { status: 200, ...said };
}

/** Null: it is too large, and was not read to its end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const isGzip = request.headers['content-encoding'] === 'gzip';
  const body = isGzip ? request.pipe(createGunzip()) : request;
  request.once('error', (error) => void (isGzip && body.destroy(error)));
  request.once('aborted', () => void body.destroy(new Error('the connection was closed')));
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    byteCount += chunk.length;
    if (byteCount > otlpBodyBytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body that was not read ends the connection: what is left of it would have to be read. */
function answer(request: IncomingMessage, response: ServerResponse, said: Said): void {
  if (response.destroyed) return;
  const isJson = encodingOf(request) === 'json';
  const bytes = isJson ? jsonAnswer(said) : protobufAnswer(said);
  response.writeHead(said.status, {
    'content-type': isJson ? 'application/json' : 'application/x-protobuf',
    'content-length': bytes.length,
    ...(said.status === 429 ? { 'retry-after': '1' } : {}),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(bytes, () => {
    if (!request.complete) request.destroy();
  });
}

function jsonAnswer({ status, message, rejected = 0 }: Said): Buffer {
  if (status !== 200) return Buffer.from(JSON.stringify({ code: invalidArgument, message }));
  const partialSuccess = { rejectedSpans: String(rejected), errorMessage: message };
  return Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess }));
}

/** Of gRPC, which OTLP's errors over HTTP use too. */
const invalidArgument = 3;

function protobufAnswer({ status, message, rejected = 0 }: Said): Uint8Array {
  if (status === 200) return exportAnswer(rejected, message);
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(invalidArgument);
  writer.tag(2, WireType.LengthDelimited).string(message);
  return writer.finish();
}
