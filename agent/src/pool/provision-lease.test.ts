import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { FakeProgram } from '../fake/fake-process.ts';
import { createFakeRuntime } from '../fake/fake-runtime.ts';
import { movedClock } from '../fake/moved-clock.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import { endLease, listLeases, renewLease } from './change-lease.ts';
import type { Ledger } from './ledger.ts';
import { ownedByLedger } from './ownership.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { provisionLease } from './provision-lease.ts';
import { reconcile } from './reconcile.ts';

const programs: Record<string, FakeProgram> = {
  stay: () => new Promise(() => undefined),
};

let directory: string;
let ledger: Ledger;
let runtime: ContainerRuntime;
let time: ReturnType<typeof movedClock>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-lease-'));
  time = movedClock();
  const ids = { random: (length: number): string => 'abcdefghijkl'.slice(0, length) };
  ledger = openLedger(directory, { clock: time.clock, ids });
  runtime = createFakeRuntime({
    clock: virtualClock(),
    images: { redis: { id: 'redis', command: ['stay'] } },
    programs: ([program]) => programs[program ?? ''] ?? null,
  });
});
afterEach(() => {
  ledger.close();
  rmSync(directory, { recursive: true });
});

const parts = () => ({
  runtime,
  ledger,
  clock: time.clock,
  imageAliases: new Map([['redis:7', 'redis']]),
  progress: () => undefined,
});
const provision = (image = 'redis:7', command: string[] = []): Promise<PoolRecord> =>
  provisionLease({ ...parts(), life: ledger.begin() }, { image, command, env: {}, ttlMs: 1000 });

async function left(): Promise<number> {
  const ours = ownedByLedger(ledger.id);
  return (await runtime.containers.list(ours)).length + (await runtime.networks.list(ours)).length;
}

test('keeps a leased container for the time that was asked for, and removes it then with its network', async () => {
  const lease = await provision();
  time.advance(999);
  await reconcile(parts());
  expect((await runtime.containers.get(lease.container)).state).toBe('running');
  time.advance(1);
  await reconcile(parts());
  expect(await left()).toBe(0);
  expect(ledger.pool.list()).toEqual([]);
});

test('leaves nothing of a lease that could not be provisioned', async () => {
  await expect(provision('absent')).rejects.toMatchObject({ code: 'bad_usage' });
  await expect(provision('redis:7', ['no such program'])).rejects.toMatchObject({ code: 'exec_failed' });
  expect(await left()).toBe(0);
  expect(ledger.pool.list()).toEqual([]);
});

test('gives a lease more time from when it is renewed', async () => {
  const { container } = await provision();
  time.advance(900);
  renewLease(parts(), { name: container, ttlMs: 500 });
  time.advance(499);
  await reconcile(parts());
  expect(await left()).toBe(2);
  time.advance(1);
  await reconcile(parts());
  expect(await left()).toBe(0);
});

test('lists leases by what is left of them, and none that is over', async () => {
  const first = await provision();
  const second = await provision();
  renewLease(parts(), { name: first.container, ttlMs: 5000 });
  const names = (): string[] => listLeases(parts()).map(({ container }) => container);
  expect(names()).toEqual([second.container, first.container]);
  time.advance(1000);
  expect(names()).toEqual([first.container]);
  expect(() => renewLease(parts(), { name: second.container, ttlMs: 1 })).toThrow('there is no lease');
});

test('ends a lease and no other', async () => {
  const unwanted = await provision();
  const wanted = await provision();
  await endLease(parts(), unwanted.container);
  expect(ledger.pool.list()).toEqual([{ ...wanted, visitors: [] }]);
  expect(await left()).toBe(2);
});
