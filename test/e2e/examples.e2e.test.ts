/** What we tell people to copy works: the examples, and the suites in the README. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, type Finished, openCleangrid } from '../support/cleangrid.ts';

let cleangrid: Cleangrid;
let folder: string;

beforeAll(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-readme-'));
});

afterAll(async () => {
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('the orders example passes, one scenario on its second attempt', async () => {
  const { finished, report } = await cleangrid.report('examples/orders');
  expectPassed(finished);
  expect(report.run.scenarios).toMatchObject({ passed: 13, failed: 0, broken: 0, flaky: 1 });
});

test('the orders example passes again: its scenarios leave nothing behind that disturbs them', async () => {
  expectPassed(await cleangrid.run('run', 'examples/orders', '--slots', '1'));
});

test('the hello example passes', async () => {
  expectPassed(await cleangrid.run('run', 'examples/hello'));
});

test('the tracing example passes', async () => {
  expectPassed(await cleangrid.run('run', 'examples/tracing'));
});

test('every scenario of the failing example fails, each for its own reason', async () => {
  const { finished, report } = await cleangrid.report('examples/failing');
  expect(finished.exitCode).toBe(1);
  const reasons = report.scenarios.map(({ reason }) => reason);
  expect(reasons).toEqual([
    'expectation',
    'expectation',
    'expectation',
    'command',
    'timeout',
    'setup',
    'capture',
  ]);
});

test('the suites in the README pass', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const suites = [...readme.matchAll(/^ {3}```yaml\n(.*?)^ {3}```/gmsu)].map(([, block = '']) => block);
  const [first = '', second = ''] = suites.map((block) => block.replaceAll(/^ {3}/gmu, ''));
  await writeFile(join(folder, 'first.cleangrid.yaml'), first);
  await writeFile(join(folder, 'second.cleangrid.yaml'), second);
  const { finished, report } = await cleangrid.report(folder);
  expectPassed(finished);
  expect(report.run.scenarios.passed).toBe(3);
});

function expectPassed({ exitCode, stdout, stderr }: Finished): void {
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' });
}
