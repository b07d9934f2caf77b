import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poolSweepMs } from '@cleangrid/core/limits.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import { movedClock } from '../fake/moved-clock.ts';
import type { Lease } from './lease.ts';
import type { Ledger } from './ledger.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { openPoolStand, plannedService, type PoolStand, type PoolStandOptions } from './pool-stand.ts';
import { reconcile } from './reconcile.ts';
import { visitContainer } from './visit-container.ts';

let directory: string;
const opened: PoolStand[] = [];
let ledger: Ledger;
const { clock } = movedClock();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-visit-'));
  ledger = openLedger(directory, { clock, ids: { random: (length) => 'v'.repeat(length) } });
});
afterEach(async () => {
  ledger.close();
  for (const stand of opened.splice(0)) await stand.end();
  rmSync(directory, { recursive: true });
});

function open(options: Omit<PoolStandOptions, 'openLedger'> = {}): PoolStand {
  const stand = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), ...options });
  opened.push(stand);
  return stand;
}

/** Somebody in the only container, until `leave`. */
async function goIn(stand: PoolStand) {
  const [record] = ledger.pool.list();
  const left = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<PoolRecord>();
  const life = ledger.begin();
  const visit = visitContainer(
    { runtime: stand.host, ledger, clock, life },
    record?.container ?? '',
    async (found) => {
      entered.resolve(found);
      await left.promise;
    },
  );
  const leave = async (): Promise<void> => {
    left.resolve();
    await visit;
  };
  return { found: await entered.promise, leave, die: () => life.end() };
}

const idsOf = (lease: Lease): string[] => lease.containers.map(({ id }) => id);

async function leaseOnce(stand: PoolStand): Promise<string[]> {
  const lease = await stand.lease();
  lease.release(null);
  await stand.idle();
  return idsOf(lease);
}

test('gives a lease another container than the one that a person is in, which goes when they leave', async () => {
  const stand = open();
  const first = await leaseOnce(stand);
  const { found, leave } = await goIn(stand);
  expect(found.state).toBe('clean');
  const second = await leaseOnce(stand);
  expect(second).not.toEqual(first);
  stand.advance(poolSweepMs);
  await stand.idle();
  expect(await stand.running()).toEqual([...first, ...second]);
  await leave();
  expect(await stand.running()).toEqual(second);
  expect(await stand.networks()).toHaveLength(1);
  expect(await leaseOnce(stand)).toEqual(second);
});

test('lets a scenario end in peace, and does not lend what a person went into meanwhile', async () => {
  const stand = open();
  const lease = await stand.lease();
  const { found, leave } = await goIn(stand);
  expect(found).toMatchObject({ state: 'leased', holder: 'scenario' });
  await leave();
  expect(await stand.running()).toEqual(idsOf(lease));
  lease.release(null);
  await stand.idle();
  expect(await stand.running()).toEqual([]);
  expect(stand.resets()).toBe(0);
});

test('leaves a container to the person in it when its scenario ends badly', async () => {
  const stand = open();
  const lease = await stand.lease();
  const { leave } = await goIn(stand);
  lease.release('a step took too long');
  await stand.idle();
  expect(await stand.running()).toEqual(idsOf(lease));
  await leave();
  expect(await stand.running()).toEqual([]);
});

test('lets nobody join those who share a container that a person went into', async () => {
  const stand = open({ service: { isolation: 'shared' } });
  const lease = await stand.lease();
  const { leave } = await goIn(stand);
  expect(idsOf(await stand.lease())).not.toEqual(idsOf(lease));
  await leave();
});

test('keeps the workspace container that a person is in', async () => {
  const stand = open();
  const images = { services: {}, image: 'postgres:15' };
  const first = await stand.lease(images);
  const { leave } = await goIn(stand);
  first.release(null);
  await stand.idle();
  expect(idsOf(await stand.lease(images))).not.toEqual(idsOf(first));
  expect(await stand.running()).toContain(idsOf(first)[0]);
  await leave();
  expect(await stand.running()).not.toContain(idsOf(first)[0]);
});

test('stops without waiting for a person, who keeps the container', async () => {
  const stand = open();
  const first = await leaseOnce(stand);
  const { leave } = await goIn(stand);
  await stand.close();
  stand.die();
  await reconcile({ runtime: stand.host, ledger, clock });
  expect(await stand.running()).toEqual(first);
  expect(await stand.networks()).toHaveLength(1);
  await leave();
  expect([await stand.running(), await stand.networks()]).toEqual([[], []]);
});

test('keeps the next life from taking over what a person is in', async () => {
  const stand = open();
  const first = await leaseOnce(stand);
  stand.die();
  const { leave } = await goIn(stand);
  const next = await stand.nextLife();
  opened.push(next);
  expect(await leaseOnce(next)).not.toEqual(first);
  await leave();
  expect(await next.running()).not.toContain(first[0]);
});

test('removes what a person was in whose process was killed', async () => {
  const stand = open();
  await leaseOnce(stand);
  const { die } = await goIn(stand);
  stand.die();
  die();
  await reconcile({ runtime: stand.host, ledger, clock });
  expect(await stand.running()).toEqual([]);
});

test('keeps a container until the last of several people has left', async () => {
  const stand = open();
  const first = await leaseOnce(stand);
  stand.die();
  const one = await goIn(stand);
  const two = await goIn(stand);
  await one.leave();
  expect(await stand.running()).toEqual(first);
  await two.leave();
  expect(await stand.running()).toEqual([]);
});

test('says that a container has gone', async () => {
  const stand = open();
  const parts = { runtime: stand.host, ledger, clock, life: ledger.begin() };
  await expect(visitContainer(parts, 'gone', async () => 'in')).rejects.toMatchObject({ code: 'bad_usage' });
});

test('keeps the networks of others when a person leaves', async () => {
  const stand = open();
  const services = { db: plannedService('db'), cache: plannedService('cache', { port: 1 }) };
  const lease = await stand.lease({ services });
  lease.release(null);
  await stand.idle();
  const { leave } = await goIn(stand);
  stand.advance(poolSweepMs);
  await stand.idle();
  await leave();
  const again = await stand.lease({ services });
  expect(idsOf(again).filter((one) => idsOf(lease).includes(one))).toHaveLength(1);
  expect(await stand.networks()).toHaveLength(1);
});
