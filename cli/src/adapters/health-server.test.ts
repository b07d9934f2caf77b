import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { serveHealth } from './health-server.ts';

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('says that it lives, and whether it is ready and why not, and how it is measured', async () => {
  let reason: string | null = 'NATS does not work';
  const port = await freePort();
  const address = { host: '127.0.0.1', port, text: `127.0.0.1:${port}` };
  const server = await serveHealth(address, {
    whyNotReady: () => reason,
    metrics: async () => 'a_metric 1',
  });
  const ask = async (path: string) => {
    const response = await fetch(`http://${address.text}${path}`);
    return [response.status, (await response.text()).trim()];
  };
  expect(await ask('/healthz')).toEqual([200, 'ok']);
  expect(await ask('/readyz')).toEqual([503, 'NATS does not work']);
  reason = null;
  expect(await ask('/readyz')).toEqual([200, 'ready']);
  expect(await ask('/metrics')).toEqual([200, 'a_metric 1']);
  expect((await ask('/'))[0]).toBe(404);
  const again = serveHealth(address, { whyNotReady: () => null, metrics: async () => '' });
  await expect(again).rejects.toMatchObject({ code: 'bad_usage' });
  await server.close();
});
