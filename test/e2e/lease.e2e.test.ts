/** `cleangrid lease`: a container outlives the command that started it, and not its time. */

import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { docker, isThere, labelled } from '../support/docker.ts';

let cleangrid: Cleangrid;
const leased: string[] = [];
beforeEach(() => {
  cleangrid = openCleangrid();
});
afterEach(async () => {
  for (const name of leased.splice(0)) await cleangrid.run('lease', 'rm', name);
  cleangrid.remove();
});

test('is there until it is removed', async () => {
  const name = await lease('redis:7', '--ttl', '5min');
  expect(isThere(name)).toBe(true);
  expect((await cleangrid.run('lease', 'ls')).stdout).toMatch(
    new RegExp(`^${name}  redis:7  goes in [45]min`, 'u'),
  );
  expect(await cleangrid.run('pool', 'rm', '--all')).toMatchObject({ exitCode: 2 });
  expect(isThere(name)).toBe(true);
  expect(await cleangrid.run('lease', 'rm', name)).toMatchObject({ exitCode: 0 });
  expect(isThere(name)).toBe(false);
});

test('is removed by the janitor when its time is over, and not before', async () => {
  const lasting = await lease('redis:7', '--ttl', '5min');
  const ending = await lease('debian:12-slim', '--env', 'WORD=hello', '--', 'sleep', 'infinity');
  expect(docker('exec', ending, 'printenv', 'WORD')).toBe('hello');
  expect(await cleangrid.run('lease', 'renew', ending, '--ttl', '1ms')).toMatchObject({ exitCode: 0 });
  await expect.poll(() => isThere(ending), { timeout: 30_000 }).toBe(false);
  expect(isThere(lasting)).toBe(true);
});

test('says that what it started has ended by itself, and keeps it', async () => {
  const started = await cleangrid.run(
    'lease',
    'debian:12-slim',
    '--',
    'sh',
    '-c',
    'echo no settings; exit 3',
  );
  const name = started.stdout.trim();
  leased.push(name);
  expect(started).toMatchObject({ exitCode: 0 });
  expect(started.stderr).toContain(`debian:12-slim ended with exit code 3\nNext: cleangrid logs ${name}`);
  expect((await cleangrid.run('logs', name)).stdout).toContain('no settings');
  expect((await cleangrid.run('lease', 'ls')).stdout).toMatch(/ended with exit code 3\n$/u);
});

test('leaves nothing when it is killed while it makes the container', async () => {
  const home = `cleangrid.home=${hostname()}:${join(cleangrid.stateDirectory, 'agent')}`;
  const leasing = cleangrid.start('lease', 'redis:7');
  await expect.poll(() => labelled(home), { timeout: 30_000, interval: 20 }).not.toEqual([]);
  leasing.process.kill('SIGKILL');
  await leasing.finished;
  await expect.poll(() => labelled(home), { timeout: 10_000 }).toEqual([]);
});

async function lease(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await cleangrid.run('lease', ...argv);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const name = stdout.trim();
  leased.push(name);
  return name;
}
