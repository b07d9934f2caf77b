import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { createFakeRuntime } from '../fake/fake-runtime.ts';
import { movedClock } from '../fake/moved-clock.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import type { Ledger, Life } from './ledger.ts';
import { labelNames, ownedByLedger, ownedLabels } from './ownership.ts';
import type { ListedRecord, PoolRecord } from './pool-ledger.ts';
import { removePooled } from './remove-pooled.ts';

const { clock } = movedClock();
let directory: string;
let ledger: Ledger;
let runtime: ContainerRuntime;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-remove-'));
  ledger = openLedger(directory, { clock, ids: { random: (length) => 'abcdefghijkl'.slice(0, length) } });
  runtime = createFakeRuntime({
    clock: virtualClock(),
    images: { redis: { id: 'redis', command: [] } },
    programs: () => null,
  });
});
afterEach(() => {
  ledger.close();
  rmSync(directory, { recursive: true });
});

/** A container with its volume, its network, and its record. */
async function pooled(
  life: Life,
  change: Partial<PoolRecord> & { container: string },
): Promise<ListedRecord> {
  const { container } = change;
  const owner = { ledger: ledger.id, home: ledger.home, agent: id<AgentId>('local'), boot: life.boot };
  const nowMs = clock.nowMs();
  const record: PoolRecord = {
    kind: 'service',
    label: 'cache',
    digest: 'digest',
    boot: life.boot,
    state: 'clean',
    holder: null,
    deadlineMs: null,
    createdAtMs: nowMs,
    usedAtMs: nowMs,
    idleUntilMs: nowMs + 1000,
    expiresAtMs: nowMs + 1000,
    uses: 1,
    networks: [`${container}-net`],
    detail: '{}',
    ...change,
  };
  ledger.pool.put(record);
  await runtime.networks.create({
    name: `${container}-net`,
    labels: ownedLabels(owner, 'network', 'cache'),
    subnet: `10.208.${ledger.pool.list().length}.0/24`,
  });
  await runtime.volumes.create(`${container}-workspace`, {
    ...ownedLabels(owner, 'volume', 'cache'),
    [labelNames.container]: container,
  });
  await runtime.containers.create({
    name: container,
    image: 'redis',
    labels: ownedLabels(owner, 'service', 'cache'),
  });
  return { ...record, visitors: [] };
}

async function left(): Promise<string[][]> {
  const ours = ownedByLedger(ledger.id);
  const { containers, networks, volumes } = runtime;
  const lists = [await containers.list(ours), await networks.list(ours), await volumes.list(ours)];
  return lists.map((list) => list.map(({ name }) => name));
}

const remove = async (...records: ListedRecord[]): Promise<(string | null)[]> =>
  (await removePooled({ runtime, ledger, clock }, records)).map(({ refused }) => refused);

test('removes a clean container of a dead life with all that belongs to it, and no other', async () => {
  const life = ledger.begin();
  const unwanted = await pooled(life, { container: 'one' });
  await pooled(life, { container: 'two' });
  life.end();
  expect(await remove(unwanted)).toEqual([null]);
  expect(await left()).toEqual([['two'], ['two-net'], ['two-workspace']]);
  expect(ledger.pool.list().map(({ container }) => container)).toEqual(['two']);
});

test('refuses what a living life has, and says who uses it', async () => {
  const life = ledger.begin();
  const used = await pooled(life, { container: 'used', state: 'leased', holder: 'checkout' });
  const clean = await pooled(life, { container: 'clean' });
  expect(await remove(used, clean)).toEqual(['in use by checkout', 'a living run has it']);
  expect((await left())[0]).toEqual(['used', 'clean']);
  expect(ledger.pool.list()).toEqual([clean, used]);
  life.end();
});

test('refuses what a person leased', async () => {
  const dead = ledger.begin();
  const deadlineMs = clock.nowMs() + 1000;
  const lease = await pooled(dead, { container: 'one', kind: 'lease', state: 'leased', deadlineMs });
  dead.end();
  expect(await remove(lease)).toEqual(['it is leased: cleangrid lease rm removes it']);
  expect((await left())[0]).toEqual(['one']);
});

test('refuses what a run took over after it was listed', async () => {
  const dead = ledger.begin();
  const record = await pooled(dead, { container: 'one' });
  dead.end();
  const life = ledger.begin();
  ledger.pool.claim('one', life.boot);
  expect(await remove(record)).toEqual(['a run has just taken it over']);
  expect((await left())[0]).toEqual(['one']);
  life.end();
});

test('removes what a dead life left dirty', async () => {
  const dead = ledger.begin();
  const record = await pooled(dead, { container: 'one', state: 'dirty' });
  dead.end();
  expect(await remove(record)).toEqual([null]);
  expect(await left()).toEqual([[], [], []]);
});

test('lets nobody take over what is being removed', async () => {
  const dead = ledger.begin();
  const record = await pooled(dead, { container: 'one' });
  dead.end();
  const life = ledger.begin();
  const adopted: boolean[] = [];
  const { remove: removeIt } = runtime.containers;
  runtime.containers.remove = async (name) => {
    adopted.push(ledger.pool.claim('one', life.boot));
    await removeIt(name);
  };
  expect(await remove(record)).toEqual([null]);
  expect(adopted).toEqual([false]);
  life.end();
});
