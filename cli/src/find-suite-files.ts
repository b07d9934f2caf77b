/** What a person names on the command line → the suite files it stands for. */

import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { glob } from 'tinyglobby';

const suiteNames = '**/*.cleangrid.{toml,yaml,yml}';

/** Relative to `cwd`, sorted within a folder, each once. Throws `bad_usage` for a path that is not there and for a folder without suites. */
export async function findSuiteFiles(paths: readonly string[], cwd: string): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const absolute = resolve(cwd, path);
    const files = (await isFolder(absolute, path)) ? await filesIn(absolute, path) : [absolute];
    for (const file of files) found.add(relative(cwd, file).split(sep).join('/'));
  }
  return [...found];
}

async function isFolder(absolute: string, path: string): Promise<boolean> {
  try {
    return (await stat(absolute)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new GridError('bad_usage', `there is no file or folder ${path}`);
    throw new GridError('bad_usage', `cannot look at ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function filesIn(folder: string, path: string): Promise<string[]> {
  const files = await glob(suiteNames, {
    cwd: folder,
    ignore: ['**/node_modules/**', '**/.git/**'],
    followSymbolicLinks: false,
    absolute: true,
    expandDirectories: false,
  });
  if (files.length === 0)
    throw new GridError('bad_usage', `no suite in ${path}`, {
      hint: 'Suites are files named *.cleangrid.toml or *.cleangrid.yaml.',
    });
  return files.toSorted();
}
