/** The janitor of an agent: it cleans up after a killed agent, and another one takes its place when it is killed itself. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestGrid, type TestGrid } from '../support/grid.ts';

const suite = `
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

let grid: TestGrid;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-janitor-'));
  writeFileSync(join(folder, 'held.cleangrid.toml'), suite);
  grid = await openTestGrid();
});
afterEach(async () => {
  await grid.close();
  rmSync(folder, { recursive: true });
});

function janitors(): number[] {
  const directory = join(grid.machine.stateDirectory, 'agents', 'one');
  try {
    const found = execFileSync('pgrep', ['-f', `compose-janitor\\.\\S+ ${directory}$`], { encoding: 'utf8' });
    return found.trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

test('is replaced when it is killed, and removes what a killed agent held', async () => {
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
