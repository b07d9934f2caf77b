/** Containers that outlive a run: the next one takes them over, clean, or makes new ones where they are not what they were. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';
import { docker, isThere } from '../support/docker.ts';

const suite = `
[suite]
name = "warm"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }

[[scenario]]
name = "finds nothing and leaves something"
[[scenario.steps]]
in = "cache"
run = "redis-cli dbsize && redis-cli set left behind >/dev/null"
expect = { stdout = { equals = "0" } }
[[scenario.steps]]
in = "cache"
run = "cat /workspace/version"
`;

let folder: string;
let cleangrid: Cleangrid;
beforeEach(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-warm-'));
  await writeFile(join(folder, 'warm.cleangrid.toml'), suite);
  await writeFile(join(folder, 'version'), 'one');
});
afterEach(async () => {
  await cleangrid.run('run', folder);
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('takes over what the last run left, and finds it clean', async () => {
  const first = await run();
  const second = await run();
  expect(first.container).not.toBeNull();
  expect(second).toEqual(first);
});

test('gives the files of the suite, as they are now, to a container that was left', async () => {
  const first = await run();
  await writeFile(join(folder, 'version'), 'two');
  const second = await run();
  expect([first.version, second.version]).toEqual(['one', 'two']);
  expect(second.container).toBe(first.container);
});

test('makes a new container where the one that was left is gone, or lives another life', async () => {
  const first = await run();
  docker('rm', '--force', '--volumes', first.container ?? '');
  const second = await run();
  docker('restart', '--time', '0', second.container ?? '');
  const third = await run();
  expect(new Set([first, second, third].map(({ container }) => container)).size).toBe(3);
  expect([second.outcome, third.outcome]).toEqual(['passed', 'passed']);
});

test('leaves nothing when it is told to keep nothing warm', async () => {
  const { container } = await run();
  expect(isThere(container ?? '')).toBe(true);
  await cleangrid.run('run', folder);
  expect(isThere(container ?? '')).toBe(false);
});

/** How it ended, the container that its steps ran in, and the file that they found there. */
async function run(): Promise<{
  outcome: string | null | undefined;
  container: string | null;
  version: string | undefined;
}> {
  const { report } = await cleangrid.report(folder, keepWarm);
  const [scenario]: JsonReport['scenarios'] = report.scenarios;
  return {
    outcome: scenario?.outcome,
    container: scenario?.steps[0]?.where?.container ?? null,
    version: scenario?.steps[1]?.stdout?.head,
  };
}
