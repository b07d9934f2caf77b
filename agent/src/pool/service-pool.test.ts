import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { leaseMs, poolNetworksMax, poolSweepMs } from '@cleangrid/core/limits.ts';
import { failed } from '@cleangrid/core/verdict.ts';
import type { ResetAnswer } from '../reset/instance-reset.ts';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import { type PoolStand, type PoolStandOptions, openPoolStand, plannedService } from './pool-stand.ts';

const opened: PoolStand[] = [];
const directories: string[] = [];

function stand(options: Omit<PoolStandOptions, 'openLedger'> = {}): PoolStand {
  const directory = mkdtempSync(join(tmpdir(), 'cleangrid-pool-'));
  directories.push(directory);
  const made = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), ...options });
  opened.push(made);
  return made;
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.end();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

test('lends a service again after its reset, and no new container', async () => {
  const { lease, idle, resets } = stand();
  const first = await lease();
  first.release(null);
  await idle();
  const second = await lease();
  expect(second.containers.map(({ id }) => id)).toEqual(first.containers.map(({ id }) => id));
  expect([first.reused, second.reused]).toEqual([false, true]);
  expect(resets()).toBe(1);
});

test.each<[string, ResetAnswer | Error]>([
  ['is not verified', { kind: 'replace', reason: 'a role is left' }],
  ['fails', new Error('no answer')],
])('replaces a service whose reset %s', async (_, answer) => {
  const { lease, idle, running } = stand({ reset: answer });
  const first = await lease();
  first.release(null);
  await idle();
  expect(await running()).toEqual([]);
  expect((await lease()).reused).toBe(false);
});

test('says of a service that it is replaced, and why, and nothing of one that is lent again', async () => {
  const held = await stand().lease();
  const said = await held.serviceLogs({ lines: false, taint: 'a step took too long' });
  const lines = ['cleangrid: replaced by a new container: a step took too long'];
  expect(said).toEqual([{ service: 'db', lines }]);
  expect(await held.serviceLogs({ lines: false, taint: null })).toEqual([]);
});

test('replaces what something happened to', async () => {
  const { lease, idle, running, resets } = stand();
  (await lease()).release('a step took too long');
  await idle();
  expect(await running()).toEqual([]);
  expect(resets()).toBe(0);
});

test('makes another container while a service is in use, up to the slots, and lets the next one wait', async () => {
  const { lease, running, idle } = stand({ slots: 2 });
  const leases = [await lease(), await lease()];
  expect(await running()).toHaveLength(2);
  const third = lease();
  expect(await isPending(third)).toBe(true);
  leases[0]?.release(null);
  expect((await third).reused).toBe(true);
  await idle();
  expect(await running()).toHaveLength(2);
});

test('makes no more containers of a service than its suite allows', async () => {
  const { lease, running } = stand({ slots: 8, service: { maxContainers: 1 } });
  await lease();
  expect(await isPending(lease())).toBe(true);
  expect(await running()).toHaveLength(1);
});

test.each([
  ['is fresh', { isolation: 'fresh' as const }],
  ['is recreated', { reset: { strategy: 'recreate' as const, probe: null } }],
  ['may be used once', { maxUses: 1 }],
  ['is too old', { maxAgeMs: 0 }],
])('gives the next scenario a new container of a service that %s', async (_, service) => {
  const { lease, idle } = stand({ service });
  (await lease()).release(null);
  await idle();
  expect((await lease()).reused).toBe(false);
});

test('lends a shared service to many at once, each in a namespace of its own', async () => {
  const { lease, running } = stand({ service: { isolation: 'shared', port: 5432 } });
  const leases = await Promise.all([lease(), lease(), lease()]);
  expect(await running()).toHaveLength(1);
  const databases = leases.map(({ facts }) => [...facts.values()].map(({ database }) => database));
  expect(new Set(databases.flat()).size).toBe(3);
});

test('makes no containers beyond its memory, and removes idle ones for others', async () => {
  const memoryBytes = 1000;
  const limits = { memoryBytes: 600, cpus: null, pids: null };
  const { lease, idle, running } = stand({ memoryBytes, service: { limits } });
  const first = await lease();
  const second = lease();
  expect(await isPending(second)).toBe(true);
  first.release('so that it is removed');
  await second;
  expect(await running()).toHaveLength(1);
  (await second).release(null);
  await idle();
  await lease({ service: { env: { ANOTHER: '1' }, limits } });
  expect(await running()).toHaveLength(1);
});

test('removes what nobody used for long', async () => {
  const { lease, idle, running, advance } = stand({ keepWarmMs: 60_000 });
  (await lease()).release(null);
  await idle();
  advance(59_000);
  await idle();
  expect(await running()).toHaveLength(1);
  advance(2000);
  await idle();
  expect(await running()).toEqual([]);
});

test('takes back a hundred leases that expire at once, with every container', async () => {
  const { lease, idle, running, advance } = stand({ slots: 100, memoryBytes: Number.MAX_SAFE_INTEGER });
  await Promise.all(Array.from({ length: 100 }, () => lease()));
  expect(await running()).toHaveLength(100);
  advance(60 * 60_000);
  await idle();
  expect(await running()).toEqual([]);
});

test('leaves a lease to its holder for as long as that renews it', async () => {
  const { lease, idle, running, advance } = stand();
  const held = await lease();
  for (let renewals = 0; renewals < 3; renewals += 1) {
    advance(leaseMs - 1);
    held.renew();
  }
  await idle();
  expect(await running()).toHaveLength(1);
  advance(leaseMs + poolSweepMs);
  await idle();
  expect(await running()).toEqual([]);
});

test('removes nothing and lends nothing that its ledger does not take, and goes on when it does', async () => {
  const { lease, idle, running, advance, refuseWrites } = stand();
  const held = await lease();
  const [id] = await running();
  const allow = refuseWrites();
  held.release('it is replaced');
  await idle();
  advance(poolSweepMs);
  await idle();
  await expect(lease()).rejects.toThrow('the disk is gone');
  expect(await running()).toEqual([id]);
  allow();
  advance(poolSweepMs);
  await idle();
  expect(await running()).toEqual([]);
  expect((await lease()).reused).toBe(false);
});

test('goes on until a container is removed that could not be at first', async () => {
  const { lease, idle, running, advance, refuseRemovals } = stand();
  const held = await lease();
  const allow = refuseRemovals();
  held.release('tainted');
  await idle();
  expect(await running()).toHaveLength(1);
  allow();
  advance(60_000);
  await idle();
  expect(await running()).toEqual([]);
});

test('gives each scenario a container of its own when resets fail again and again', async () => {
  const { lease, idle, resets } = stand({ reset: { kind: 'replace', reason: 'dirty' } });
  for (let use = 0; use < 5; use += 1) {
    (await lease()).release(null);
    await idle();
  }
  expect(resets()).toBe(3);
  const note = 'cleangrid: a container of its own: 3 resets in a row have failed: dirty';
  const last = await lease();
  expect(await last.serviceLogs({ lines: false, taint: null })).toEqual([{ service: 'db', lines: [note] }]);
});

test('says to the next scenario why the container before was replaced after its reset', async () => {
  const { lease, idle } = stand({ reset: { kind: 'replace', reason: 'role mallory is new' } });
  (await lease()).release(null);
  await idle();
  const next = await lease();
  const lines = ['cleangrid: the one before was replaced, because its reset failed: role mallory is new'];
  expect(await next.serviceLogs({ lines: false, taint: null })).toEqual([{ service: 'db', lines }]);
});

test('lends nothing that could not be prepared, and removes it', async () => {
  const verdict = failed('setup', 'schema.sql:1: ERROR: syntax error');
  const { lease, idle, running } = stand({ prepare: { kind: 'refused', verdict } });
  await expect(lease()).rejects.toThrow('schema.sql:1');
  await idle();
  expect(await running()).toEqual([]);
});

test('leaves clean containers to the next life, which lends them', async () => {
  const { lease, idle, close, running, nextLife } = stand({ leaveWarm: true });
  (await lease()).release(null);
  await idle();
  await close();
  expect(await running()).toHaveLength(1);
  const next = await nextLife();
  expect((await next.lease()).reused).toBe(true);
  expect(await running()).toHaveLength(1);
});

test('leaves nothing where nothing is to stay', async () => {
  const { lease, idle, close, running, networks } = stand({ leaveWarm: false });
  (await lease()).release(null);
  await idle();
  await close();
  expect([await running(), await networks()]).toEqual([[], []]);
});

test('removes what a killed life had lent, and keeps what was clean', async () => {
  const { lease, idle, running, die, nextLife } = stand({ slots: 2, leaveWarm: true });
  const [clean, lent] = [await lease(), await lease()];
  clean?.release(null);
  await idle();
  die();
  await nextLife();
  expect(await running()).toEqual([clean?.containers[0]?.id]);
  expect(lent).toBeDefined();
});

test('never touches what another ledger made', async () => {
  const one = stand();
  await one.lease();
  const other = stand({ host: one.host });
  await other.lease();
  one.die();
  await other.nextLife();
  expect(await one.running()).toHaveLength(1);
});

test('joins the services of a scenario in a network, where each has the name that its suite gives it', async () => {
  const { lease, host } = stand();
  const held = await lease({ services: { db: plannedService('db'), cache: plannedService('cache') } });
  const [first, second] = await Promise.all(held.containers.map(({ id }) => host.containers.get(id)));
  const shared = Object.keys(first?.addresses ?? {}).filter((name) => name in (second?.addresses ?? {}));
  expect(shared).toHaveLength(1);
});

test('keeps no more networks than it may when the same services meet in ever new combinations', async () => {
  const { lease, idle, networks, advance } = stand();
  const meet = async (name: string) => {
    const held = await lease({ services: { [name]: plannedService(name) } });
    held.release(null);
    await idle();
    return held.reused;
  };
  await meet('first');
  const [first] = await networks();
  for (let number = 0; number < poolNetworksMax; number += 1) expect(await meet(`db${number}`)).toBe(true);
  expect(await networks()).toHaveLength(poolNetworksMax + 1);
  advance(poolSweepMs);
  await idle();
  expect(await networks()).toHaveLength(poolNetworksMax);
  expect(await networks()).not.toContain(first);
  expect(await meet('first')).toBe(true);
  expect(await networks()).toHaveLength(poolNetworksMax + 1);
});

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const turns = (async () => {
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return pending;
  })();
  return (await Promise.race([promise, turns])) === pending;
}
