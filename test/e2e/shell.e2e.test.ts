/** `cleangrid shell`: somebody works in a container, and no scenario ever sees what they changed. */

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';
import { isThere } from '../support/docker.ts';
import { openTestGrid } from '../support/grid.ts';
import { onTerminal } from '../support/on-terminal.ts';

const launcher = new URL('../../bin/cleangrid', import.meta.url).pathname;
const suite = `
[suite]
name = "entered"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }

[[scenario]]
name = "says where"
[[scenario.steps]]
in = "cache"
run = "hostname; test ! -e /tmp/changed"
`;

let folder: string;
let cleangrid: Cleangrid;
beforeEach(() => {
  cleangrid = openCleangrid();
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-shell-'));
  writeFileSync(join(folder, 'entered.cleangrid.toml'), suite);
});
afterEach(async () => {
  await cleangrid.run('pool', 'rm', '--all');
  cleangrid.remove();
  rmSync(folder, { recursive: true });
});

interface Entered {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Without a terminal. */
async function pipe(machine: Cleangrid, input: string, ...argv: string[]): Promise<Entered> {
  const shell = spawn(launcher, ['shell', ...argv], { env: environmentOf(machine) });
  shell.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => shell.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  return { exitCode: await ended, stdout, stderr };
}

function environmentOf({ stateDirectory }: Cleangrid): NodeJS.ProcessEnv {
  return { ...process.env, CLEANGRID_STATE_DIR: stateDirectory };
}

async function containersOf(machine: Cleangrid): Promise<{ container: string; agent: string | null }[]> {
  const { stdout } = await machine.run('pool', '--json');
  return (JSON.parse(stdout) as { containers: { container: string; agent: string | null }[] }).containers;
}

const runSuite = async (): Promise<void> => {
  expect(await cleangrid.run('run', folder, keepWarm)).toMatchObject({ exitCode: 0 });
};

test('is a pipe without a terminal, and the next run gets another container', async () => {
  await runSuite();
  const [before] = await containersOf(cleangrid);
  const entered = await pipe(cleangrid, 'touch /tmp/changed\ncat >&2\nno\nexit 3\n', 'cache');
  expect(entered).toMatchObject({ exitCode: 0, stdout: '' });
  expect(entered.stderr).toMatch(/\(cache\): no run gets it any more; .*\nno\nexit 3\n$/u);
  expect(isThere(before?.container ?? '')).toBe(false);
  await runSuite();
  const again = await pipe(cleangrid, '', 'cache', '--', 'sh', '-c', 'exit 7');
  expect(again.exitCode).toBe(7);
});

test('is a terminal: it has the size of the window, gets Ctrl-C, ends with the exit code and leaves the terminal as it was', async () => {
  const { stdout } = await cleangrid.run('lease', 'debian:12-slim', '--', 'sleep', 'infinity');
  const name = stdout.trim();
  const fifo = join(folder, 'resize');
  execFileSync('mkfifo', [fifo]);
  const shown = onTerminal(
    `stty rows 20 cols 77
     (cat ${fifo} >/dev/null; stty rows 33 cols 99 </dev/tty) &
     ${launcher} shell ${name}
     echo "ended with $?"
     stty -a`,
    { CLEANGRID_STATE_DIR: cleangrid.stateDirectory },
  );
  const until = (size: string, word: string): string =>
    `until stty size | grep -q '${size}'; do :; done; echo ${word.slice(0, 2)}''${word.slice(2)}\r`;
  await shown.shows('your lease, which goes in');
  shown.type(until('20 77', 'sized'));
  await shown.shows('sized');
  writeFileSync(fifo, '');
  shown.type(until('33 99', 'resized'));
  await shown.shows('resized');
  // Said by the program itself: until it is in the foreground, Ctrl-C goes to
  // bash, which may have started it already and then waits for its end.
  shown.type(`sh -c "echo \${BASH:+ba}sh sl''eeps; exec sleep infinity"\r`);
  await shown.shows('bash sleeps');
  shown.type('\u0003');
  shown.type(`echo still h''ere\r`);
  await shown.shows('still here');
  shown.type('exit 7\r');
  const all = await shown.ended;
  expect(all).toContain('ended with 7');
  // As it was printed there: nobody added to its line ends.
  expect(all).toContain('still here\r\n');
  expect(all.slice(all.indexOf('ended with'))).toMatch(/(?<!-)icanon.*(?<!-)echo /su);
  expect(isThere(name)).toBe(true);
  await cleangrid.run('lease', 'rm', name);
});

test('removes the container of a shell that was killed', async () => {
  await runSuite();
  const [kept] = await containersOf(cleangrid);
  const container = kept?.container ?? '';
  const shell = spawn(launcher, ['shell', 'cache', '--', 'sh', '-c', 'echo in; cat'], {
    env: environmentOf(cleangrid),
  });
  await new Promise((resolve) => shell.stdout.once('data', resolve));
  expect(await cleangrid.run('pool', 'rm', '--all')).toMatchObject({
    exitCode: 2,
    stderr: `kept ${container} (cache): cleangrid shell is in it\n`,
  });
  shell.kill('SIGKILL');
  await expect.poll(() => isThere(container), { timeout: 10_000 }).toBe(false);
});

test('takes a container from an agent of a grid, which makes another one and says whose it is', async () => {
  const grid = await openTestGrid();
  try {
    await grid.startAgent('one');
    expect(await grid.cli.run('run', folder)).toMatchObject({ exitCode: 0 });
    const [kept] = await containersOf(grid.machine);
    expect(kept?.agent).toBe('one');
    const entered = await pipe(grid.machine, 'touch /tmp/changed', 'cache');
    expect(entered).toMatchObject({ exitCode: 0 });
    await expect.poll(() => isThere(kept?.container ?? ''), { timeout: 10_000 }).toBe(false);
    expect(await grid.cli.run('run', folder)).toMatchObject({ exitCode: 0 });
    expect((await containersOf(grid.machine)).map(({ container }) => container)).not.toContain(
      kept?.container,
    );
  } finally {
    await grid.close();
  }
});
