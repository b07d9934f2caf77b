/** Spans out of a container that has no network, over both protocols. */

import { once } from 'node:events';
import { connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { otlpGrpcConnectionsMax } from '@cleangrid/core/limits.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createOtlpGrpcReceiver } from '../adapters/otlp-grpc-receiver.ts';
import type { ContainerTunnels } from '../step-executor.ts';
import { musl } from '../supervisor/testing/settings.ts';
import { neverAborted, openStand, type Stand } from '../supervisor/testing/supervised-stand.ts';
import { createTunnels } from '../supervisor/tunnels.ts';
import type { SpanSource } from './attempt-spans.ts';
import { SpanListeners } from './listen-for-spans.ts';
import { otlpPorts } from './otlp-environment.ts';
import { type IntakeStand, intakeStand, type OpenAttempt } from './testing/intake-stand.ts';

const stand: IntakeStand = intakeStand();
const listeners = new SpanListeners({
  clock: systemClock,
  logger: pino({ enabled: false }),
  intake: stand.intake,
  grpc: createOtlpGrpcReceiver,
});
let container: Stand;
let tunnels: ContainerTunnels;
let source: SpanSource;
let open: OpenAttempt;

beforeAll(async () => {
  container = await openStand(musl);
  tunnels = createTunnels(container.session);
  source = { id: container.container, service: null, session: { tunnels } };
  await listeners.listen(source);
});
afterAll(() => container.close());
beforeEach(() => {
  if (open) stand.intake.close(open.attempt);
  open = stand.open('0', 'a', [source]);
});

test('a program in a container without a network sends spans over HTTP', async () => {
  expect(await listeners.listen(source)).toBe(null);
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'from within' };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const { end } = await container.sh(
    `wget -q -O - --header 'Content-Type: application/json' --post-data '${body}' http://127.0.0.1:${otlpPorts.http}/v1/traces`,
  );
  expect(end).toMatchObject({ code: 0 });
  expect(open.stored).toMatchObject([
    { name: 'from within', resource: { 'container.id': container.container } },
  ]);
});

test('a program in a container without a network sends spans over gRPC', async () => {
  const connection = await tunnels.connect({ port: otlpPorts.grpc }, neverAborted);
  const session = connect('http://127.0.0.1', { createConnection: () => connection });
  const message = encodeSpans([fakeSpan('from within')]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const call = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  call.end(Buffer.concat([head, message]));
  const [trailers] = await once(call.resume(), 'trailers');
  expect(trailers['grpc-status']).toBe('0');
  expect(open.stored.map(({ name }) => name)).toEqual(['from within']);
  session.close();
});

test('a connection too many is closed, and one that ended makes room', async () => {
  const connections: Duplex[] = [];
  const dial = async (): Promise<Duplex> => tunnels.connect({ port: otlpPorts.grpc }, neverAborted);
  for (let count = 0; count < otlpGrpcConnectionsMax; count += 1) {
    const connection = await dial();
    await once(connection, 'readable');
    connections.push(connection);
  }
  const refused = await dial();
  await once(refused.resume(), 'end');
  for (const connection of connections) connection.destroy();
  for (;;) {
    const next = await dial();
    const [isServed] = await Promise.race([
      once(next, 'data').then(() => [true]),
      once(next, 'end').then(() => [false]),
    ]);
    next.destroy();
    if (isServed) break;
  }
  expect(refused.readableEnded).toBe(true);
});

test('says once that a port is taken, and goes on', async () => {
  const other = await container.open();
  const second = { ...source, session: { tunnels: createTunnels(other.session) } };
  const reasons = [await listeners.listen(second), await listeners.listen(second)];
  expect(reasons).toEqual([
    expect.stringContaining(`port ${otlpPorts.http}`),
    expect.stringContaining('spans go to what listens there'),
  ]);
  await other.session.close();
});
