import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Clock } from '@cleangrid/core/clock.ts';
import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { otlpBodyBytesMax, otlpIdleMsMax, otlpPostMsMax, otlpPostsMax } from '@cleangrid/core/limits.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpReceiver } from './http-receiver.ts';
import { intakeStand, type OpenAttempt, source } from './testing/intake-stand.ts';

/** Its timers fire when a test says so. */
const timers = new Set<{ delayMs: number; fire: () => void }>();
const clock: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  after(delayMs, fire) {
    const timer = { delayMs, fire };
    timers.add(timer);
    return () => void timers.delete(timer);
  },
};

let server: Server;
let open: OpenAttempt;

beforeEach(async () => {
  const stand = intakeStand();
  const container = source('workspace', null);
  open = stand.open('0', 'a', [container]);
  const receiver = createHttpReceiver(clock, stand.intake);
  server = createServer((socket) => receiver.accept(socket, container)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  timers.clear();
  server.close();
});

interface Answer {
  status: number;
  body: Buffer;
  headers: NodeJS.Dict<string | string[]>;
}

const port = (): number => (server.address() as AddressInfo).port;

async function post(
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  path = '/v1/traces',
): Promise<Answer> {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf';
  const sent = request({ port: port(), path, method: 'POST', headers: { 'content-type': type, ...headers } });
  // A refusal may come while the body is still being sent.
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

const spans = encodeSpans([fakeSpan('a'), fakeSpan('b')]);
const json = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: { name: 'x' },
          spans: [
            {
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'eee19b7ec3c1b174',
              parentSpanId: 'eee19b7ec3c1b173',
              name: 'I am a server span',
              startTimeUnixNano: '1544712660000000000',
              endTimeUnixNano: 1544712661000000000,
              kind: 2,
              attributes: [
                { key: 'n', value: { intValue: '201' } },
                { key: 'd', value: { doubleValue: 0.5 } },
                { key: 'b', value: { boolValue: true } },
                { key: 'l', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: 1 }] } } },
              ],
              events: [{ timeUnixNano: '1544712660500000000', name: 'e' }],
              status: { code: 2, message: 'no' },
              unknown: [1, 2],
            },
          ],
        },
      ],
    },
  ],
});

test('takes protobuf, plain and gzipped, and answers in kind', async () => {
  const plain = await post(spans);
  expect(plain).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-protobuf' } });
  expect(plain.body).toHaveLength(0);
  expect(await post(gzipSync(spans), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 });
  expect(open.stored.map(({ name }) => name)).toEqual(['a', 'b', 'a', 'b']);
});

test('takes JSON as OpenTelemetry writes it', async () => {
  const { status, body } = await post(json);
  expect([status, body.toString()]).toEqual([200, '{}']);
  expect(open.stored).toMatchObject([
    {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b173',
      name: 'I am a server span',
      kind: 'server',
      startUs: 1_544_712_660_000_000,
      endUs: 1_544_712_661_000_000,
      attributes: { n: 201, d: 0.5, b: true, l: ['x', 1] },
      events: [{ name: 'e', atUs: 1_544_712_660_500_000, attributes: {} }],
      status: { code: 'error', message: 'no' },
      resource: { 'service.name': 'shop' },
      scope: 'x',
    },
  ]);
});

test('says how many spans of a post were not taken', async () => {
  const { status, body } = await post(encodeSpans([fakeSpan('a'), fakeSpan('b', { spanId: '' })]));
  expect(status).toBe(200);
  const outer = new BinaryReader(body);
  outer.tag();
  const partial = new BinaryReader(outer.bytes());
  partial.tag();
  expect(Number(partial.int64())).toBe(1);
  const answer = await post(json.replace('eee19b7ec3c1b174', ''));
  expect(JSON.parse(answer.body.toString())).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
});

test.each<[string, string, number]>([
  ['metrics', '/v1/metrics', 404],
  ['logs', '/v1/logs', 404],
  ['anything else', '/', 404],
])('refuses %s, which is said in words', async (_, path, status) => {
  const answer = await post('{}', {}, path);
  expect([answer.status, answer.body.toString()]).toEqual([
    status,
    expect.stringContaining('takes traces only'),
  ]);
});

const refused: [what: string, body: Uint8Array | string, headers: Record<string, string>, status: number][] =
  [
    ['bytes that are no spans', randomBytes(100), {}, 400],
    ['JSON that is none', '{"resourceSpans": [', {}, 400],
    ['JSON that is something else', '[]', {}, 400],
    ['JSON with a number for a name', json.replace('"I am a server span"', '1'), {}, 400],
    [
      'JSON that is nested too deep',
      json.replace('{"intValue":"201"}', `${'{"arrayValue":{"values":['.repeat(100)}${']}}'.repeat(100)}`),
      {},
      400,
    ],
    ['what is called gzip and is not', spans, { 'content-encoding': 'gzip' }, 400],
    ['a gzip bomb', gzipSync(Buffer.alloc(50 * otlpBodyBytesMax)), { 'content-encoding': 'gzip' }, 413],
    ['a body that is too large', Buffer.alloc(otlpBodyBytesMax + 1), {}, 413],
  ];

test.each(refused)('refuses %s, and counts it as cut', async (...[, body, headers, status]) => {
  expect((await post(body, headers)).status).toBe(status);
  expect(open.stored).toEqual([]);
  expect(open.attempt.cut).toBe(1);
});

test.each<[string, Record<string, string>]>([
  ['type', { 'content-type': 'text/plain' }],
  ['encoding', { 'content-encoding': 'br' }],
])('refuses an unknown content %s', async (_, headers) => {
  expect((await post(spans, headers)).status).toBe(415);
});

/** A post of which the head has come, and a part of the body. */
async function begin(): Promise<ReturnType<typeof connect>> {
  const before = timers.size;
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100\r\n\r\n',
  );
  await until(() => timers.size > before && [...timers].at(-1)?.delayMs === otlpPostMsMax);
  return socket;
}

async function until(isIt: () => boolean): Promise<void> {
  while (!isIt()) await new Promise(setImmediate);
}

test('reads so many posts of a container at once, and asks for patience beyond', async () => {
  const sockets = [];
  for (let count = 0; count < otlpPostsMax; count += 1) sockets.push(await begin());
  expect(await post(spans)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  for (const socket of sockets) socket.destroy();
  await until(() => open.attempt.cut === otlpPostsMax);
  expect(await post(spans)).toMatchObject({ status: 200 });
});

test('closes the connection of a post that is not whole in time', async () => {
  const socket = await begin();
  const closed = new Promise((resolve) => socket.resume().once('close', resolve));
  for (const { delayMs, fire } of timers) if (delayMs === otlpPostMsMax) fire();
  await closed;
  await until(() => open.attempt.cut > 0);
  expect(open.attempt.cut).toBe(1);
});

test('closes a connection on which nothing is asked', async () => {
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /v1/tra');
  await until(() => [...timers].some(({ delayMs }) => delayMs === otlpIdleMsMax));
  const closed = new Promise((resolve) => socket.resume().once('close', resolve));
  for (const { fire } of timers) fire();
  await closed;
  expect(open.stored).toEqual([]);
});

test('refuses posts of an attempt that has sent all it may, without reading them', async () => {
  open.attempt.spend(otlpBodyBytesMax * 3);
  const socket = connect(port(), '127.0.0.1');
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 1000000\r\n\r\n',
  );
  const answer = (await buffer(socket)).toString();
  expect(answer).toContain('HTTP/1.1 400');
  expect(answer).toContain('as many spans as it may');
  expect(open.attempt.cut).toBe(1);
});
