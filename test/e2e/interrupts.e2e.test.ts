import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid, type Started } from '../support/cleangrid.ts';
import { madeBy } from '../support/docker.ts';

/** A service, a step that says that it ran, and one that ends by no means of its own. */
const suite = `
[suite]
name = "endless"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]

[[scenario]]
name = "waits"
image = "debian:12-slim"
[[scenario.steps]]
in = "cache"
run = "echo the service answers"
[[scenario.steps]]
run = "echo so does the workspace"
[[scenario.steps]]
run = "trap '' TERM; sleep 3600"

[[scenario]]
name = "comes next"
image = "debian:12-slim"
[[scenario.steps]]
run = "true"
`;

let cleangrid: Cleangrid;
let folder: string;
beforeEach(() => {
  cleangrid = openCleangrid();
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-endless-'));
  writeFileSync(join(folder, 'endless.cleangrid.toml'), suite);
});
afterEach(() => {
  cleangrid.remove();
  rmSync(folder, { recursive: true });
});

async function startAndReach(text: string): Promise<Started> {
  const started = cleangrid.start('run', folder, '--verbose', '--slots', '1');
  await started.said(text);
  return started;
}

/** By its command line: it is nobody's child. */
async function killJanitor(): Promise<void> {
  const state = join(cleangrid.stateDirectory, 'agent');
  const find = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/u.test(name))
      .filter((pid) => {
        try {
          const words = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
          return words.includes(state) && words.some((word) => word.includes('janitor'));
        } catch {
          // It ended meanwhile.
          return false;
        }
      })
      .map(Number);
  await expect.poll(find).toHaveLength(1);
  for (const pid of find()) process.kill(pid, 'SIGKILL');
  await expect.poll(find).toEqual([]);
}

const left = (): string[] => madeBy(join(cleangrid.stateDirectory, 'agent', 'ledger.sqlite'));

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'ends in order at %s: nothing is left, exit code 4',
  async (signal) => {
    const started = await startAndReach('so does the workspace');
    expect(left()).not.toEqual([]);
    started.process.kill(signal);
    const { exitCode, stdout } = await started.finished;
    expect(left()).toEqual([]);
    expect(exitCode).toBe(4);
    expect(stdout).toContain(
      'cancelling the run and removing its containers. Press Ctrl-C again to stop at once.',
    );
    expect(stdout).toMatch(/Cancelled in .*\n {2}scenarios {2}2: 2 cancelled\n/u);
    expect((await cleangrid.run('runs')).stdout).toMatch(/cancelled +endless/u);
  },
);

test('ends in order at a Ctrl-C while services start', async () => {
  const started = cleangrid.start('run', folder);
  await expect.poll(() => readLeft().length, { timeout: 30_000 }).toBeGreaterThan(0);
  started.process.kill('SIGINT');
  expect((await started.finished).exitCode).toBe(4);
  expect(left()).toEqual([]);
});

/** Before the ledger is there, nothing is. */
function readLeft(): string[] {
  try {
    return left();
  } catch {
    return [];
  }
}

test('stops at once at a second Ctrl-C, and removes what it can all the same', async () => {
  const started = await startAndReach('so does the workspace');
  started.process.kill('SIGINT');
  await started.said('Press Ctrl-C again');
  started.process.kill('SIGINT');
  const { exitCode, stdout } = await started.finished;
  expect(exitCode).toBe(4);
  expect(stdout).toContain('Stopping at once.');
  expect(stdout).not.toContain('Cancelled in');
  expect(left()).toEqual([]);
});

test('cleans up after a run that was killed, without anybody starting anything', async () => {
  const started = await startAndReach('so does the workspace');
  started.process.kill('SIGKILL');
  await started.finished;
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  expect((await cleangrid.run('runs')).stdout).toMatch(/interrupted +endless/u);
});

test('removes at its next start what a killed run left behind, where the janitor was killed too', async () => {
  const started = await startAndReach('so does the workspace');
  await killJanitor();
  started.process.kill('SIGKILL');
  await started.finished;
  expect(left()).not.toEqual([]);
  expect((await cleangrid.run('doctor')).stdout).toContain('containers of killed runs');
  const { stdout, exitCode } = await cleangrid.run('run', folder, '--select', 'comes next');
  expect(stdout).toContain('Removed what a killed run left behind');
  expect(exitCode).toBe(0);
  expect(left()).toEqual([]);
  expect((await cleangrid.run('runs')).stdout).toMatch(/passed.*\n.*interrupted +endless/u);
});

test('leaves a run that lives alone when another one starts and ends', async () => {
  const started = await startAndReach('so does the workspace');
  const before = left();
  expect((await cleangrid.run('run', folder, '--select', 'comes next')).exitCode).toBe(0);
  expect(left()).toEqual(before);
  started.process.kill('SIGINT');
  expect((await started.finished).exitCode).toBe(4);
  expect(left()).toEqual([]);
});

test('writes plain lines into a pipe', async () => {
  const { stdout, stderr } = await cleangrid.run('run', folder, '--select', 'comes next');
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/u);
});

test('ends with its verdict when nobody reads what it says', async () => {
  const started = cleangrid.start('run', folder, '--select', 'comes next', '--verbose');
  started.process.stdout?.destroy();
  started.process.stderr?.destroy();
  const [exitCode] = (await once(started.process, 'exit')) as [number];
  expect(exitCode).toBe(0);
  expect(left()).toEqual([]);
});

test.each([
  [['--select', 'nothing of that name'], 6, 'none of 2 scenarios was selected'],
  [['--var', 'unknown=x'], 2, 'CG1308'],
])('run %j exits with %i', async (argv, code, words) => {
  const { exitCode, stderr } = await cleangrid.run('run', folder, ...argv);
  expect(exitCode).toBe(code);
  expect(stderr).toContain(words);
});

test('says that there is no Docker, and exits with 3', async () => {
  const elsewhere = openCleangrid({ DOCKER_HOST: `unix://${folder}/no.sock` });
  const { exitCode, stderr } = await elsewhere.run('run', folder);
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`${folder}/no.sock`);
  const doctor = await elsewhere.run('doctor');
  expect(doctor.exitCode).toBe(3);
  expect(doctor.stdout).toContain('PROBLEM  Docker');
  elsewhere.remove();
});
