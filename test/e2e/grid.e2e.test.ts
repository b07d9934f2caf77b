import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestGrid, type TestGrid } from '../support/grid.ts';
import { expectWhole, writeNumberedSuite } from '../support/numbered-suite.ts';

const orders = join(import.meta.dirname, '../../examples/orders');

let grid: TestGrid;
let quick: string;
let endless: string;

beforeAll(async () => {
  quick = writeNumberedSuite(8, 0.2);
  endless = writeNumberedSuite(4, 600);
  grid = await openTestGrid();
});
afterAll(async () => {
  await grid.close();
  for (const folder of [quick, endless]) rmSync(folder, { recursive: true });
});

test('says that no agent is there, waits as long as it was told, and ends with 3', async () => {
  const { exitCode, stdout, stderr } = await grid.cli.run('run', quick, '--wait-agents', '100ms');
  expect(stdout).toContain('No agent is connected. Waiting up to 100ms');
  expect(stderr).toContain('cleangrid agent');
  expect(exitCode).toBe(3);
});

test('refuses flags that belong to the agents', async () => {
  const { exitCode, stderr } = await grid.cli.run('run', quick, '--slots', '2');
  expect(stderr).toContain('--slots belongs to the agents');
  expect(exitCode).toBe(2);
});

test('runs a suite from any folder on the agents that are there, also on one that comes later', async () => {
  await grid.startAgent('one');
  const running = grid.cli.report(quick, '--verbose');
  await grid.startAgent('two');
  const { finished, report } = await running;
  expectWhole(finished, report, 8);
  expect(new Set(report.scenarios.map(({ attempts }) => attempts[0]?.agent))).toEqual(
    new Set(['one', 'two']),
  );
});

test('shows agents and runs', async () => {
  const status = await grid.cli.run('status');
  expect(status.stdout).toMatch(/2 agents, 2 ready, 0 of 4 slots busy/);
  expect(status.stdout).toMatch(/one {2}ready .* version \d/);
  expect((await grid.cli.run('runs')).stdout).toMatch(/passed +numbered/);
  expect((await grid.cli.run('show', 'latest', '3')).stdout).toContain('step 2');
  expect((await grid.cli.run('logs', 'latest')).stdout.match(/│ step 1/g)).toHaveLength(8);
});

test('only submits a run when it is told to, and shows it to its end later', async () => {
  const submitted = await grid.cli.run('run', quick, '--detach');
  const [run = ''] = submitted.stdout.split('\n');
  const [watched, followed] = await Promise.all([
    grid.cli.run('watch', run),
    grid.cli.run('logs', run, '-f'),
  ]);
  expect(submitted.exitCode).toBe(0);
  expect(watched).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('8: 8 passed') });
  expect(followed.stdout.match(/│ step 1/g)).toHaveLength(8);
});

test('passes the orders example on both, with its flaky scenario on a second attempt', async () => {
  const { finished, report } = await grid.cli.report(orders);
  expect(finished.exitCode, finished.stdout).toBe(0);
  expect(report.run.scenarios).toMatchObject({ passed: 13, failed: 0, broken: 0, flaky: 1 });
  expect(new Set(report.scenarios.map(({ attempts }) => attempts[0]?.agent)).size).toBe(2);
});

test('cancels a run that another process watches, and leaves no container', async () => {
  const running = grid.cli.start('run', endless);
  await running.said('run ');
  const run = / ?run (\w+) on the grid/.exec(running.stdout())?.[1] ?? '';
  const cancelled = await grid.cli.run('cancel', run);
  expect(cancelled.exitCode).toBe(0);
  expect(await running.finished).toMatchObject({ exitCode: 4 });
  expect((await grid.cli.run('status')).stdout).toContain('0 unfinished runs');
});

test('goes on with a run whose command line was killed, until somebody cancels it', async () => {
  const running = grid.cli.start('run', endless);
  await running.said('on the grid');
  running.process.kill('SIGKILL');
  await running.finished;
  expect((await grid.cli.run('status')).stdout).toContain('1 unfinished run');
  const watching = grid.cli.start('watch', 'latest');
  await grid.cli.run('cancel', 'latest');
  expect(await watching.finished).toMatchObject({ exitCode: 4 });
});

test('cancels its run on Ctrl-C', async () => {
  const running = grid.cli.start('run', endless);
  await running.said('on the grid');
  running.process.kill('SIGINT');
  expect(await running.finished).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('Ctrl-C') });
});

test('ends an agent whose name another one took, with the reason', async () => {
  const older = await grid.startAgent('twin');
  await grid.startAgent('twin');
  const { exitCode, stderr } = await older.finished;
  expect(stderr).toContain('another agent named twin was started later');
  expect(exitCode).toBe(3);
});

test('leaves nothing on the host when agents are told to end', async () => {
  for (const name of ['one', 'two', 'twin']) await grid.stopAgent(name);
  expect(['one', 'two', 'twin'].flatMap((name) => grid.left(name))).toEqual([]);
});
