import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { expect, test } from 'vitest';
import { createFakeRuntime } from '../fake/fake-runtime.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import { listForeignLedgers } from './foreign-ledgers.ts';
import { labelNames, ownedLabels } from './ownership.ts';

test('tells by ledger what others have, with where each said to be', async () => {
  const runtime = createFakeRuntime({
    clock: virtualClock(),
    images: { i: { id: 'i', command: [] } },
    programs: () => null,
  });
  const labels = (ledger: string) =>
    ownedLabels({ ledger, home: `host:/${ledger}`, agent: id<AgentId>('a'), boot: 1 }, 'service', 'db');
  await runtime.containers.create({ name: 'mine', image: 'i', labels: labels('ours') });
  await runtime.containers.create({ name: 'c1', image: 'i', labels: labels('theirs') });
  await runtime.containers.create({ name: 'nobody', image: 'i', labels: {} });
  await runtime.networks.create({ name: 'n1', labels: labels('theirs'), subnet: '10.208.0.0/24' });
  await runtime.volumes.create('v1', { [labelNames.ledger]: 'older' });
  expect(await listForeignLedgers(runtime, new Set(['ours']))).toEqual([
    { ledger: 'theirs', home: 'host:/theirs', containers: ['c1'], networks: ['n1'], volumes: [] },
    { ledger: 'older', home: null, containers: [], networks: [], volumes: ['v1'] },
  ]);
});
