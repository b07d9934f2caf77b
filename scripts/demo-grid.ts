/** The demo's second half: the same suite on a grid of processes on this machine, and where each scenario ran. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { openTestGrid } from '../test/support/grid.ts';
import { say } from './cannot-run.ts';
import { runCleangrid } from './run-cleangrid.ts';

const agents = ['one', 'two'];

/** Resolves to the run's exit code; everything that was started has ended by then. */
export async function demoGrid(suite: string): Promise<number> {
  say('\nOnce more on a grid: a nats-server, a coordinator and two agents, each a process of its own.');
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-demo-'));
  const grid = await openTestGrid();
  try {
    for (const agent of agents) await grid.startAgent(agent);
    say(`running: npx cleangrid run --grid ${grid.address} ${suite}\n`);
    const file = join(directory, 'report.json');
    const exitCode = await runCleangrid(['run', '--grid', grid.address, suite, '--json', file]);
    say(await whereItRan(file));
    return exitCode;
  } finally {
    await grid.close();
    await rm(directory, { recursive: true });
  }
}

async function whereItRan(file: string): Promise<string> {
  const { scenarios } = JSON.parse(await readFile(file, 'utf8')) as JsonReport;
  const lines = scenarios.map(({ name, attempts }) => `  agent ${attempts.at(-1)?.agent ?? '–'}   ${name}`);
  return ['\nWhere each scenario ran:', ...lines.toSorted()].join('\n');
}
