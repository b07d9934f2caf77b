import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GridError, invariant } from '@cleangrid/core/errors.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSuiteFiles } from './find-suite-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cleangrid-suites-'));
  for (const path of [
    'a.cleangrid.toml',
    'deep/b.cleangrid.yaml',
    'node_modules/c.cleangrid.toml',
    'notes.toml',
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
});
afterEach(() => rmSync(root, { recursive: true }));

test('takes a folder for every suite in it, however deep, but not those of dependencies', async () => {
  expect(await findSuiteFiles(['.'], root)).toEqual(['a.cleangrid.toml', 'deep/b.cleangrid.yaml']);
});

test('takes the current folder when nothing is named', async () => {
  expect(await findSuiteFiles([], root)).toEqual(['a.cleangrid.toml', 'deep/b.cleangrid.yaml']);
});

test('takes a file that is named, and each file once', async () => {
  const paths = [
    'deep/b.cleangrid.yaml',
    'deep',
    './deep/../a.cleangrid.toml',
    join(root, 'a.cleangrid.toml'),
  ];
  expect(await findSuiteFiles(paths, root)).toEqual(['deep/b.cleangrid.yaml', 'a.cleangrid.toml']);
});

test('names files relative to the current folder', async () => {
  expect(await findSuiteFiles(['../a.cleangrid.toml'], join(root, 'deep'))).toEqual(['../a.cleangrid.toml']);
});

test('refuses what is not there and folders without suites', async () => {
  const missing: unknown = await findSuiteFiles(['missing.toml'], root).catch((error: unknown) => error);
  invariant(missing instanceof GridError, 'a file that is not there is refused');
  expect(missing.message).toBe('there is no file or folder missing.toml');
  // What the system says of it adds nothing.
  expect(missing.cause).toBeUndefined();
  mkdirSync(join(root, 'empty'));
  await expect(findSuiteFiles(['empty'], root)).rejects.toThrow('no suite in empty');
});
