import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import type { ResetAnswer } from '../reset/instance-reset.ts';
import { type PoolStand, type PoolStandOptions, openPoolStand } from './pool-stand.ts';

let directory = '';
let opened: PoolStand | null = null;

function stand(options: Pick<PoolStandOptions, 'keeper'>): PoolStand {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-fresh-'));
  opened = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), ...options });
  return opened;
}

afterEach(async () => {
  await opened?.end();
  rmSync(directory, { recursive: true });
});

test('lends containers that nobody used before when asked to', async () => {
  const { lease, idle } = stand({});
  (await lease()).release(null);
  await idle();
  expect((await lease({ fresh: true })).reused).toBe(false);
});

test('lends a workspace container again, unless one is wanted that nobody used before', async () => {
  const clean = async (): Promise<ResetAnswer> => ({ kind: 'clean' });
  const { lease, idle } = stand({ keeper: { fill: clean, clean } });
  const wanted = { services: {}, image: 'postgres:15' };
  for (const [fresh, reused] of [
    [false, false],
    [false, true],
    [true, false],
  ] as const) {
    const leased = await lease({ ...wanted, fresh });
    expect([fresh, leased.reused]).toEqual([fresh, reused]);
    leased.release(null);
    await idle();
  }
});
