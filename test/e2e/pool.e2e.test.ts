/** `cleangrid pool`: what runs leave on this machine is listed, and removed when somebody wants it gone. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';
import { docker, labelled, ledgerOf } from '../support/docker.ts';

const suite = (step: string): string => `
[suite]
name = "kept"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }

[[scenario]]
name = "uses it"
[[scenario.steps]]
in = "cache"
run = "${step}"
`;

let folder: string;
let cleangrid: Cleangrid;
beforeEach(() => {
  cleangrid = openCleangrid();
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-pool-'));
});
afterEach(async () => {
  await cleangrid.run('pool', 'rm', '--all');
  cleangrid.remove();
  rmSync(folder, { recursive: true });
});

test('lists what a run left, which publishes no port, and removes it with its network', async () => {
  write('true');
  await cleangrid.run('run', folder, keepWarm);
  const [kept, ...others] = await list();
  expect(kept).toMatchObject({ kind: 'service', label: 'cache', state: 'clean', uses: 1, isHeld: false });
  expect(others).toEqual([]);
  expect(docker('port', kept?.container ?? '')).toBe('');
  const ledger = ledgerOf(kept?.container ?? '');
  expect(labelled(`cleangrid.ledger=${ledger}`)).toHaveLength(3);
  const { exitCode, stdout } = await cleangrid.run('pool', 'rm', 'cache');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `removed ${kept?.container} (cache)\n` });
  expect(await list()).toEqual([]);
  expect(labelled(`cleangrid.ledger=${ledger}`)).toEqual([]);
});

test('keeps what a run uses, and says which scenario it is', async () => {
  write('while ! redis-cli get go | grep -q 1; do :; done');
  const running = cleangrid.start('run', folder, keepWarm);
  let held: Listed | undefined;
  await expect
    .poll(async () => (held = (await list()).find(({ holder }) => holder === 'uses it')), { timeout: 60_000 })
    .toMatchObject({ label: 'cache', state: 'leased', isHeld: true, goesAt: null });
  const { exitCode, stderr } = await cleangrid.run('pool', 'rm', '--all');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `kept ${held?.container} (cache): in use by uses it\n`,
  });
  docker('exec', held?.container ?? '', 'redis-cli', 'set', 'go', '1');
  expect((await running.finished).exitCode).toBe(0);
});

interface Listed {
  container: string;
  holder: string | null;
  [key: string]: unknown;
}

async function list(): Promise<Listed[]> {
  const { stdout } = await cleangrid.run('pool', '--json');
  return (JSON.parse(stdout) as { containers: Listed[] }).containers;
}

function write(step: string): void {
  writeFileSync(join(folder, 'kept.cleangrid.toml'), suite(step));
}
