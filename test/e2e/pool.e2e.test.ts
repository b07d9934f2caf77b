/** `cleangrid pool`: what runs leave on this machine is listed, and removed when somebody wants it gone. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';

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
  const owner = ownerOf(kept?.container ?? '');
  expect(ownedBy(owner).split('\n')).toHaveLength(3);
  const { exitCode, stdout } = await cleangrid.run('pool', 'rm', 'cache');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `removed ${kept?.container} (cache)\n` });
  expect(await list()).toEqual([]);
  expect(ownedBy(owner)).toBe('');
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
  execFileSync('docker', ['exec', held?.container ?? '', 'redis-cli', 'set', 'go', '1']);
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

function ownerOf(container: string): string {
  const format = '{{index .Config.Labels "cleangrid.ledger"}}';
  return docker('inspect', '--format', format, container);
}

/** Names of containers, networks and volumes. */
function ownedBy(ledger: string): string {
  const filter = `label=cleangrid.ledger=${ledger}`;
  const lists = [
    docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}'),
    docker('network', 'ls', '--filter', filter, '--format', '{{.Name}}'),
    docker('volume', 'ls', '--filter', filter, '--format', '{{.Name}}'),
  ];
  return lists.filter((text) => text !== '').join('\n');
}

function docker(...argv: string[]): string {
  return execFileSync('docker', argv, { encoding: 'utf8' }).trim();
}
