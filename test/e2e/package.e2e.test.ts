/** The published package: packed, installed into an empty prefix, and used where an old Node.js is first on the PATH. */

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage } from '../support/install-package.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let directory: string;
let installed: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cleangrid-package-'));
  installed = await installPackage(directory);
  env = {
    ...process.env,
    PATH: [await oldNode(), '/usr/bin', '/bin'].join(delimiter),
    CLEANGRID_STATE_DIR: join(directory, 'state'),
  };
});

afterAll(() => rm(directory, { recursive: true }));

/** A folder with a `node` that is too old, and that nothing may be run with. */
async function oldNode(): Promise<string> {
  const folder = join(directory, 'old-node');
  await mkdir(folder);
  await writeFile(join(folder, 'node'), '#!/bin/sh\n[ "$1" = --version ] && echo v18.20.0 || exit 99\n');
  await chmod(join(folder, 'node'), 0o755);
  return folder;
}

test('says its version', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  expect((await run(installed, ['--version'], { env })).stdout).toBe(`${version}\n`);
});

test.for([
  ['amd64', 62],
  ['arm64', 183],
] as const)('carries the supervisor for hosts of the kind %s', async ([architecture, machine]) => {
  const program = join(directory, 'prefix/lib/node_modules/cleangrid/dist/supervisor', architecture);
  const bytes = await readFile(join(program, 'cleangrid-supervisor'));
  // an ELF file, and for which processor
  expect([bytes.toString('latin1', 1, 4), bytes.readUInt16LE(18)]).toEqual(['ELF', machine]);
});

test('validates a suite', async () => {
  const { stdout } = await run(installed, ['validate', join(root, 'examples/orders')], { env });
  expect(stdout).toContain('1 suite valid');
});

test('runs a suite in a container', async () => {
  const { stdout } = await run(installed, ['run', join(root, 'examples/hello')], { env });
  expect(stdout).toContain('1 passed');
  const [id = ''] = /(?<=run )\w+(?= · look)/u.exec(stdout) ?? [];
  const shown = await run(installed, ['show', id, '1'], { env });
  expect(shown.stdout).toContain('supervisor exec');
});
