import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import { type PoolStand, openPoolStand } from './pool-stand.ts';

let directory = '';
let opened: PoolStand | null = null;

function stand(service: Partial<PlannedService>, memoryBytes = 2 ** 40): PoolStand {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-prewarming-'));
  const open = (ports: Parameters<typeof openLedger>[1]) => openLedger(directory, ports);
  opened = openPoolStand({ openLedger: open, service, slots: 4, memoryBytes });
  return opened;
}

afterEach(async () => {
  await opened?.end();
  rmSync(directory, { recursive: true });
});

test('makes as many containers as a suite wants when its first scenario comes, and no more later', async () => {
  const { lease, running, idle } = stand({ prewarm: 3 });
  const leases = [await lease(), await lease()];
  await idle();
  const made = await running();
  expect(made).toHaveLength(3);
  leases.push(await lease());
  for (const one of leases) one.release('it is replaced');
  await idle();
  expect(await running()).toEqual([]);
  await lease();
  await idle();
  expect(await running()).toHaveLength(1);
});

test('lends what was made ahead as a container that nobody used before', async () => {
  const { lease, running, idle } = stand({ isolation: 'fresh', prewarm: 2 });
  const first = await lease();
  await idle();
  const second = await lease({ fresh: true });
  expect([first.reused, second.reused]).toEqual([false, false]);
  expect(await running()).toHaveLength(2);
});

test.each([
  ['its suite allows', { prewarm: 3, maxContainers: 1 }, 2 ** 40],
  ['there is memory for', { prewarm: 3, limits: { memoryBytes: 600, cpus: null, pids: null } }, 1000],
])('makes no more ahead than %s', async (_, service, memoryBytes) => {
  const { lease, running, idle } = stand(service, memoryBytes);
  await lease();
  await idle();
  expect(await running()).toHaveLength(1);
});

test('leaves nothing when it ends while containers are on their way', async () => {
  const { lease, running, close } = stand({ prewarm: 4 });
  (await lease()).release(null);
  await close();
  expect(await running()).toEqual([]);
});
