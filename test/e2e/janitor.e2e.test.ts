/** What a killed agent leaves on its host: the janitor removes what it held, the agent's next life what it had kept clean. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestGrid, type TestGrid } from '../support/grid.ts';

const held = `
[suite]
name = "held"

[[scenario]]
name = "goes on"
image = "debian:12-slim"
[[scenario.steps]]
run = "echo begun"
[[scenario.steps]]
run = "sleep infinity"
`;

const quick = `
[suite]
name = "quick"

[[scenario]]
name = "ends"
image = "debian:12-slim"
[[scenario.steps]]
run = "true"
`;

let grid: TestGrid;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-janitor-'));
  grid = await openTestGrid();
});
afterEach(async () => {
  await grid.close();
  rmSync(folder, { recursive: true });
});

function write(suite: string): void {
  writeFileSync(join(folder, 'janitor.cleangrid.toml'), suite);
}

function janitors(): number[] {
  const directory = join(grid.machine.stateDirectory, 'agents', 'one');
  try {
    const found = execFileSync('pgrep', ['-f', `compose-janitor\\.\\S+ ${directory}$`], { encoding: 'utf8' });
    return found.trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

test('the janitor is replaced when it is killed, and removes what a killed agent held', async () => {
  write(held);
  await grid.startAgent('one');
  const running = grid.cli.start('run', folder, '--verbose');
  await running.said('echo begun');
  await expect.poll(janitors, { timeout: 10_000 }).toHaveLength(1);
  const [first = 0] = janitors();
  process.kill(first, 'SIGKILL');
  await expect.poll(() => janitors().filter((pid) => pid !== first), { timeout: 20_000 }).toHaveLength(1);
  expect(grid.left('one')).not.toEqual([]);
  await grid.killAgent('one');
  await expect.poll(() => grid.left('one'), { timeout: 10_000 }).toEqual([]);
  running.process.kill('SIGKILL');
  await running.finished;
});

test('what was clean does not outlive an agent that is told to end, also where a killed one had kept it', async () => {
  write(quick);
  await grid.startAgent('one');
  await grid.cli.run('run', folder);
  // The run ends before its container is clean again, and what is not clean is not kept.
  await expect
    .poll(async () => (await grid.cli.run('status')).stdout, { timeout: 20_000 })
    .toMatch(/1 ready, 0 leased/);
  await grid.killAgent('one');
  const kept = grid.left('one');
  expect(kept).not.toEqual([]);
  await grid.startAgent('one');
  expect(grid.left('one')).toEqual(kept);
  await grid.stopAgent('one');
  expect(grid.left('one')).toEqual([]);
});
