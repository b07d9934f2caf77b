/** TCP from and to the inside of a container that has no network. */

import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf } from '../contract/code-of.ts';
import type { ContainerTunnels } from '../step-executor.ts';
import { glibc, musl } from './testing/settings.ts';
import { neverAborted, openStand, type RanStep, type Stand } from './testing/supervised-stand.ts';
import { createTunnels } from './tunnels.ts';

let stand: Stand;
let tunnels: ContainerTunnels;
const stopServers = new AbortController();
const servers: Promise<RanStep>[] = [];

beforeAll(async () => {
  stand = await openStand(musl);
  tunnels = createTunnels(stand.session);
});
afterAll(async () => {
  stopServers.abort();
  await Promise.all(servers);
  await stand.close();
});

/** Runs a server in the container for the rest of the tests, and connects to it. */
async function connectTo(script: string, port: number): Promise<Duplex> {
  servers.push(stand.step({ argv: ['sh', '-c', script] }, { signal: stopServers.signal }));
  for (;;) {
    try {
      return await tunnels.connect({ port }, neverAborted);
    } catch {
      continue;
    }
  }
}

test('carries bytes both ways, and each end of file by itself', async () => {
  const connection = await connectTo('nc -l -p 7001 -e cat', 7001);
  const sent = Buffer.alloc(3_000_000, 'abcdefg');
  connection.end(sent);
  expect((await buffer(connection)).equals(sent)).toBe(true);
});

test('says that nobody listens', async () => {
  expect(await codeOf(tunnels.connect({ port: 7999 }, neverAborted))).toBe('unavailable');
  expect(await codeOf(tunnels.connect({ port: 7999, address: '::1' }, neverAborted))).toBe('unavailable');
  expect(await codeOf(tunnels.connect({ port: 1, address: 'localhost' }, neverAborted))).toBe('unavailable');
});

test('gives up connecting when asked to', async () => {
  const reason = new Error('enough');
  await expect(tunnels.connect({ port: 7999 }, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('tells the agent what connects to the loopback of the container', async () => {
  const accepted = Promise.withResolvers<Duplex>();
  const listener = await tunnels.listen(0, accepted.resolve);
  const client = stand.sh(`echo hello | nc 127.0.0.1 ${listener.port}`);
  const connection = await accepted.promise;
  connection.end('answer\n');
  expect(await text(connection)).toBe('hello\n');
  expect((await client).stdout.toString()).toBe('answer\n');
  listener.close();
  expect((await stand.sh(`nc 127.0.0.1 ${listener.port} </dev/null`)).end).toMatchObject({ code: 1 });
});

test('says that a port is taken', async () => {
  const listener = await tunnels.listen(0, () => {});
  expect(await codeOf(tunnels.listen(listener.port, () => {}))).toBe('already_exists');
  listener.close();
});

test('holds back who sends more than is read', async () => {
  const accepted = Promise.withResolvers<Duplex>();
  const listener = await tunnels.listen(0, accepted.resolve);
  const client = stand.sh(`head -c 20000000 /dev/zero | nc 127.0.0.1 ${listener.port}; echo sent`);
  const connection = await accepted.promise;
  // other steps go on meanwhile
  await stand.sh('sleep 0.2');
  expect(connection.readableLength).toBeLessThan(1 << 20);
  expect((await buffer(connection)).length).toBe(20_000_000);
  connection.end();
  expect((await client).stdout.toString()).toBe('sent\n');
  listener.close();
});

test('closes a connection that is given up, and lives on', async () => {
  const connection = await connectTo('nc -l -p 7002 -e cat', 7002);
  connection.destroy();
  await once(connection, 'close');
  expect((await stand.sh('exit 3')).end).toMatchObject({ code: 3 });
});

test('carries many connections at once', async () => {
  const listener = await tunnels.listen(0, (connection) => void connection.pipe(connection));
  const script = `for i in $(seq 30); do (echo $i | nc 127.0.0.1 ${listener.port}) & done; wait`;
  const { stdout } = await stand.sh(script);
  const numbers = stdout.toString().trim().split('\n').map(Number);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  listener.close();
});

test('ends its connections with the session', async () => {
  const own = await openStand(glibc);
  const listener = await createTunnels(own.session).listen(0, () => {});
  const connection = await createTunnels(own.session).connect({ port: listener.port }, neverAborted);
  const failed = once(connection, 'error');
  await own.close();
  expect((await failed)[0]).toMatchObject({ code: 'cancelled' });
});
