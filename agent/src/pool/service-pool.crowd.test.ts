import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaseMs, poolSweepMs } from '@cleangrid/core/limits.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { expect, test } from 'vitest';
import { openDocker } from '../adapters/docker/docker-runtime.ts';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import type { Lease } from './lease.ts';
import { openPoolStand } from './pool-stand.ts';

const containers = 50;
const ids = { random: (length: number): string => randomBytes(length).toString('hex').slice(0, length) };
/** A busy host starts one or two containers a second. */
const busyHostMsMax = 300_000;
const goneMsMax = 100_000;

test(
  'holds fifty services of the same port on one host, and nothing of them when their leases expire at once',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cleangrid-fifty-'));
    const host = await openDocker({ environment: process.env, homeDirectory: homedir(), clock: systemClock });
    const stand = openPoolStand({
      host,
      openLedger: ({ clock }) => openLedger(directory, { clock, ids }),
      slots: containers,
      service: {
        image: 'cleangrid-test/busybox:latest',
        command: ['nc', '-ll', '-p', '5432', '-e', 'cat'],
        port: 5432,
      },
    });
    try {
      const leases: Lease[] = [];
      // Docker makes networks one after the other: more at once only wait for each other.
      while (leases.length < containers)
        leases.push(...(await Promise.all(Array.from({ length: 5 }, () => stand.lease()))));
      expect(new Set(leases.flatMap((lease) => lease.containers.map(({ id }) => id))).size).toBe(containers);
      expect(await stand.networks()).toHaveLength(containers);
      stand.advance(leaseMs + poolSweepMs);
      await expect.poll(stand.running, { timeout: goneMsMax }).toEqual([]);
      await expect.poll(stand.networks, { timeout: goneMsMax }).toEqual([]);
    } finally {
      await stand.close();
      await stand.end();
      rmSync(directory, { recursive: true });
    }
  },
  busyHostMsMax,
);
