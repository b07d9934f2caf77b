import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listWorkspaceFiles } from './list-workspace-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cleangrid-files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

async function list(include: string[] = ['**'], exclude: string[] = []): Promise<string[]> {
  return (await listWorkspaceFiles(root, { include, exclude })).map(({ path }) => path);
}

test('finds every file that is included and not excluded, also hidden ones, in byte order', async () => {
  write('b.txt', 'a/z.txt', 'a.txt', '.env', 'node_modules/x/index.js', 'a/node_modules/y.js');
  expect(await list(['**'], ['**/node_modules/**'])).toEqual(['.env', 'a.txt', 'a/z.txt', 'b.txt']);
  expect(await list(['a/**', '*.txt'])).toEqual(['a.txt', 'a/node_modules/y.js', 'a/z.txt', 'b.txt']);
});

test('knows which files are executable', async () => {
  write('run.sh', 'data');
  chmodSync(join(root, 'run.sh'), 0o755);
  const files = await listWorkspaceFiles(root, { include: ['**'], exclude: [] });
  expect(files.map(({ path, executable }) => [path, executable])).toEqual([
    ['data', false],
    ['run.sh', true],
  ]);
});

test('follows links that stay inside, to files and to folders', async () => {
  write('v2/data.txt');
  symlinkSync('v2', join(root, 'latest'));
  symlinkSync('v2/data.txt', join(root, 'data.txt'));
  expect(await list()).toEqual(['data.txt', 'latest/data.txt', 'v2/data.txt']);
});

test('refuses links that lead out, lead nowhere, or lead round in circles', async () => {
  symlinkSync('/etc/hostname', join(root, 'out'));
  await expect(list()).rejects.toThrow('the link out in the workspace leads out of the suite’s folder');
  rmSync(join(root, 'out'));
  symlinkSync('missing', join(root, 'nowhere'));
  await expect(list()).rejects.toThrow('the link nowhere in the workspace leads nowhere');
  rmSync(join(root, 'nowhere'));
  write('folder/file');
  symlinkSync('..', join(root, 'folder/up'));
  await expect(list()).rejects.toThrow('the link folder/up in the workspace leads to a folder that it is in');
});

test('cares for no link that is not included', async () => {
  write('src/a.ts');
  symlinkSync('/etc', join(root, 'etc'));
  symlinkSync('missing', join(root, 'nowhere'));
  expect(await list(['src/**'])).toEqual(['src/a.ts']);
  expect(await list(['**'], ['etc', 'nowhere'])).toEqual(['src/a.ts']);
});

test('refuses what is no file', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await expect(list()).rejects.toThrow('pipe in the workspace is not a regular file');
});

test('ends at the limit of files instead of walking on', async () => {
  write('many/1', 'many/2', 'many/3');
  const list = listWorkspaceFiles(root, { include: ['**'], exclude: [] }, 2);
  await expect(list).rejects.toThrow('has more than 2 files');
  expect(await listWorkspaceFiles(root, { include: ['many/1'], exclude: [] }, 2)).toHaveLength(1);
});
