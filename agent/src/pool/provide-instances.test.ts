import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import { clean, type ResetAnswer } from '../reset/instance-reset.ts';
import type { WantedFiles, WorkspaceKeeper } from '../workspace/workspace-keeper.ts';
import { type PoolStand, openPoolStand } from './pool-stand.ts';

let directory = '';
let opened: PoolStand | null = null;

function stand(keeper: WorkspaceKeeper, service: Partial<PlannedService> = byNothing): PoolStand {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-provide-'));
  opened = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), keeper, service });
  return opened;
}

afterEach(async () => {
  await opened?.end();
  rmSync(directory, { recursive: true });
});

const byNothing: Partial<PlannedService> = { reset: { strategy: 'none', probe: null } };
const byProbe: Partial<PlannedService> = {
  reset: { strategy: 'none', probe: ['/workspace/is-clean.sh'] },
};
const replace: ResetAnswer = { kind: 'replace', reason: 'too many files' };

/** Fills as long as the answers last, then well. */
function keeperOf(fills: ResetAnswer[], wanted: Omit<WantedFiles, 'files'>[] = []): WorkspaceKeeper {
  return {
    async fill(_container, { isUsed, isInUse }) {
      wanted.push({ isUsed, isInUse });
      return fills.shift() ?? clean;
    },
    clean: async () => clean,
  };
}

test.each([
  ['a service', { in: 'db' }],
  ['a workspace container', { services: {}, image: 'postgres:15' }],
])("takes another container for %s that cannot be brought to the suite's files", async (_, asked) => {
  const { lease, idle, running } = stand(keeperOf([clean, replace]));
  const first = await lease(asked);
  first.release(null);
  await idle();
  const second = await lease(asked);
  expect(second.reused).toBe(false);
  await idle();
  expect(await running()).toEqual(second.containers.map(({ id }) => id));
  expect(await running()).not.toEqual(first.containers.map(({ id }) => id));
});

test('refuses when a new container cannot be brought to them either', async () => {
  const { lease } = stand(keeperOf([replace, replace]));
  await expect(lease({ in: 'db' })).rejects.toThrow('db: too many files');
});

test('brings files only to containers in which steps run', async () => {
  const wanted: Omit<WantedFiles, 'files'>[] = [];
  await stand(keeperOf([], wanted)).lease();
  expect(wanted).toEqual([]);
});

test('says whether a container was used, and whether steps of another lease run in it', async () => {
  const wanted: Omit<WantedFiles, 'files'>[] = [];
  const { lease, idle } = stand(keeperOf([], wanted), { ...byNothing, isolation: 'shared' });
  const leases = [await lease({ in: 'db' }), await lease(), await lease({ in: 'db' })];
  const isInUse = wanted.map((one) => one.isInUse());
  for (const one of leases) one.release(null);
  await idle();
  await lease({ in: 'db' });
  expect(isInUse).toEqual([true, true]);
  expect(wanted.at(-1)?.isInUse()).toBe(false);
  expect(wanted.map(({ isUsed }) => isUsed)).toEqual([false, false, true]);
});

test.each([
  ['after steps ran in it', { asked: { in: 'db' }, service: byNothing, count: 1 }],
  ['where its probe may be a file of /workspace', { asked: {}, service: byProbe, count: 1 }],
  ['and not where nothing of the suite ran in it', { asked: {}, service: byNothing, count: 0 }],
])('has a service cleaned %s', async (_, { asked, service, count }) => {
  let cleaned = 0;
  const clean = async (): Promise<ResetAnswer> => {
    cleaned += 1;
    return { kind: 'replace', reason: 'a file cannot be removed' };
  };
  const { lease, idle, running } = stand({ ...keeperOf([]), clean }, service);
  (await lease(asked)).release(null);
  await idle();
  expect([cleaned, (await running()).length]).toEqual([count, 1 - count]);
});

test("cleans before the suite's own probe runs, and after it", async () => {
  let cleaned = 0;
  const clean = async (): Promise<ResetAnswer> => {
    cleaned += 1;
    return { kind: 'clean' };
  };
  const { lease, idle, resets } = stand({ ...keeperOf([]), clean }, byProbe);
  (await lease()).release(null);
  await idle();
  expect([cleaned, resets()]).toEqual([2, 1]);
});

test('lends a workspace container that is being cleaned when that is done, and makes no other', async () => {
  const cleaning = Promise.withResolvers<ResetAnswer>();
  const { lease, idle, running } = stand({ fill: async () => clean, clean: () => cleaning.promise });
  const asked = { services: {}, image: 'postgres:15' };
  (await lease(asked)).release(null);
  const next = lease(asked);
  await idle();
  expect(await running()).toHaveLength(1);
  cleaning.resolve(clean);
  expect((await next).reused).toBe(true);
  expect(await running()).toHaveLength(1);
});
