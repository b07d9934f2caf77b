/** `cleangrid pool rm --orphans`: what nobody knows of any more is removed, and what others know of is not touched. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';
import { labelled, ledgerOf } from '../support/docker.ts';

const suite = `
[suite]
name = "orphaned"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }

[[scenario]]
name = "runs"
[[scenario.steps]]
in = "cache"
run = "true"
`;

let folder: string;
let machines: Cleangrid[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-orphans-'));
  writeFileSync(join(folder, 'orphaned.cleangrid.toml'), suite);
  machines = [openCleangrid(), openCleangrid(), openCleangrid()];
});
afterEach(async () => {
  for (const machine of machines) {
    await machine.run('pool', 'rm', '--all');
    machine.remove();
  }
  rmSync(folder, { recursive: true });
});

/** What the machine of this state directory has in Docker. */
async function warm(machine: Cleangrid): Promise<() => string[]> {
  await machine.run('run', folder, keepWarm);
  const { stdout } = await machine.run('pool', '--json');
  const [{ container } = { container: '' }] = (JSON.parse(stdout) as { containers: { container: string }[] })
    .containers;
  const ledger = ledgerOf(container);
  return () => labelled(`cleangrid.ledger=${ledger}`);
}

/** As when the host lost its power, and its disk. */
function lose(machine: Cleangrid): void {
  const directory = join(machine.stateDirectory, 'agent');
  const janitors = execFileSync('pgrep', ['-f', `compose-janitor\\.\\S+ ${directory}$`], {
    encoding: 'utf8',
  });
  for (const pid of janitors.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
  machine.remove();
}

test('removes what a state directory that is gone has left, and nothing of one that is there', async () => {
  const [lost, other, own] = machines;
  if (!lost || !other || !own) throw new Error('there are three machines');
  const left = await Promise.all([lost, other, own].map(warm));
  const before = left.map((contents) => contents());
  expect(await other.run('pool', 'rm', '--orphans')).toMatchObject({ exitCode: 0, stdout: '' });
  expect(left.map((contents) => contents())).toEqual(before);
  lose(lost);
  expect((await own.run('doctor')).stdout).toMatch(/orphans: .* of state directories that are gone/u);
  const { exitCode, stdout } = await own.run('pool', 'rm', '--orphans');
  expect({ exitCode, left: left.map((contents) => contents()) }).toEqual({
    exitCode: 0,
    left: [[], before[1], before[2]],
  });
  expect(stdout).toContain('is gone: removing containers: 1, networks: 1, volumes: 1\n  cleangrid-');
});
