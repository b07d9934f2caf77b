import { pruneStreams } from '@cleangrid/coordinator/adapters/prune-streams.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { startNatsServer } from '../support/nats-server.ts';

test('removes streams of grids that nobody uses any more, and no others', async () => {
  await using opened = new AsyncDisposableStack();
  const server = await startNatsServer();
  opened.defer(() => server.close());
  const connection = await connectNats({ servers: [server.url], tls: null, credentials: null, name: 'test' });
  opened.defer(() => connection.close());
  const { streams, consumers } = await jetstreamManager(connection);
  for (const name of ['CG_old_1', 'CG_read_7', 'ORDERS', 'CG_orders'])
    await streams.add({ name, subjects: [`${name}.>`] });
  await consumers.add('CG_read_7', { durable_name: 'mailbox', ack_policy: AckPolicy.Explicit });
  const names = async (): Promise<string[]> => (await Array.fromAsync(streams.names())).toSorted(byName);

  expect(await pruneStreams(connection, Date.now() - 60_000)).toEqual([]);
  expect(await names()).toHaveLength(4);
  expect(await pruneStreams(connection, Date.now() + 60_000)).toEqual(['CG_old_1']);
  expect(await names()).toEqual(['CG_orders', 'CG_read_7', 'ORDERS']);
});

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
