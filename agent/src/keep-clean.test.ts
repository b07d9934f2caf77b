import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { janitorPauseMs } from '@cleangrid/core/limits.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from './adapters/sqlite-ledger.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { movedClock } from './fake/moved-clock.ts';
import { keepClean } from './keep-clean.ts';
import { openPoolStand, type PoolStand } from './pool/pool-stand.ts';

let directory: string;
let stand: PoolStand;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-janitor-'));
  stand = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), keepWarmMs: 60_000 });
});
afterEach(async () => {
  await stand.end();
  rmSync(directory, { recursive: true });
});

/** A janitor at work, with a clock of its own. */
function janitor({ runtime = stand.host, isStateGone = (): boolean => false } = {}) {
  const { clock, advance } = movedClock();
  const ledger = openLedger(directory, { clock, ids: { random: () => 'never asked' } });
  let isDone = false;
  const logger = pino({ enabled: false });
  const done = keepClean({ runtime, ledger, clock, logger, isStateGone }).then(() => {
    isDone = true;
    ledger.close();
  });
  /** Rounds of it, until so much time has passed. */
  const wait = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += janitorPauseMs) {
      await stand.idle();
      advance(janitorPauseMs);
    }
    await stand.idle();
  };
  return { wait, isDone: () => isDone, done };
}

test('removes what a dead life had leased, keeps what is clean until its time, and ends when nothing is left', async () => {
  const clean = await stand.lease();
  await stand.lease();
  clean.release(null);
  await stand.idle();
  const { wait, isDone, done } = janitor();
  await wait(10_000);
  expect(await stand.running()).toHaveLength(2);
  stand.die();
  await wait(10_000);
  expect(await stand.running()).toEqual(clean.containers.map(({ id }) => id));
  expect(isDone()).toBe(false);
  await wait(60_000);
  await done;
  expect([await stand.running(), await stand.networks()]).toEqual([[], []]);
});

test('removes everything of a state directory that was removed', async () => {
  await stand.lease();
  const { done } = janitor({ isStateGone: () => true });
  await done;
  expect([await stand.running(), await stand.networks()]).toEqual([[], []]);
});

test('deletes nothing while the daemon does not answer, and tries again', async () => {
  await stand.lease();
  stand.die();
  let isDown = true;
  const { containers } = stand.host;
  const list: typeof containers.list = (labels, signal) =>
    isDown ? Promise.reject(new Error('no daemon')) : containers.list(labels, signal);
  const runtime: ContainerRuntime = { ...stand.host, containers: { ...containers, list } };
  const { wait, isDone, done } = janitor({ runtime });
  await wait(10_000);
  expect([isDone(), (await stand.running()).length]).toEqual([false, 1]);
  isDown = false;
  await wait(10_000);
  await done;
  expect(await stand.running()).toEqual([]);
});

test('removes what no record tells of, when the life that made it has ended', async () => {
  const [{ id } = { id: '' }] = (await stand.lease()).containers;
  const ledger = openLedger(directory, { clock: movedClock().clock, ids: { random: () => 'never asked' } });
  for (const { container } of ledger.pool.list()) ledger.pool.remove(container);
  ledger.close();
  const { wait, done } = janitor();
  await wait(10_000);
  expect(await stand.running()).toEqual([id]);
  stand.die();
  await wait(10_000);
  await done;
  expect([await stand.running(), await stand.networks()]).toEqual([[], []]);
});
