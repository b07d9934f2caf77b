import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingMeter } from '@cleangrid/core/fake/recording-meter.ts';
import { leaseMs, poolSweepMs } from '@cleangrid/core/limits.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import { openPoolStand, type PoolStand } from './pool-stand.ts';

let directory: string;
let stand: PoolStand;
let meter: ReturnType<typeof recordingMeter>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-metered-'));
  meter = recordingMeter();
  stand = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), meter });
});

afterEach(async () => {
  await stand.end();
  rmSync(directory, { recursive: true });
});

test('a container that was made is a miss and one that was there a hit; leases and resets are measured', async () => {
  const first = await stand.lease();
  expect(meter.read('cleangrid.pool.containers')).toEqual([
    { value: 1, attributes: { 'cleangrid.container.state': 'leased' } },
  ]);
  first.release(null);
  await stand.idle();
  await stand.lease();
  expect(meter.counts).toMatchObject({
    'cleangrid.pool.misses': 1,
    'cleangrid.pool.hits': 1,
    'cleangrid.pool.acquire': 2,
    'cleangrid.pool.reset passed': 1,
  });
});

test('a lease that its holder does not renew is counted when it is taken back', async () => {
  await stand.lease();
  stand.advance(leaseMs + poolSweepMs);
  await stand.idle();
  expect(meter.counts['cleangrid.pool.leases.expired']).toBe(1);
});
