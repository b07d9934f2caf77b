/** Reports on disk: whole or not at all. Whether a report can be written is asked before the run, not after it. */

import { constants, createWriteStream } from 'node:fs';
import { access, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';

/** Makes the folder of the file. Throws `bad_usage` where a report could not be written. */
export async function prepareReport(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const there = await stat(path).catch(() => null);
    if (there?.isDirectory()) throw new Error('it is a folder');
    await access(there === null || there.isFile() ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new GridError('bad_usage', `cannot write the report ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** With those that it is in. Not by Node's `recursive`, which never ends where a folder can be made neither there nor above, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  }
}

/** Throws `disk_full`, or `bad_usage` for any other reason; what was there before is still there then. */
export async function writeReport(path: string, pieces: AsyncIterable<string>): Promise<void> {
  try {
    if (await isStream(path)) await pipeline(pieces, createWriteStream(path));
    else await replaceFile(await realpath(path).catch(() => path), pieces);
  } catch (error) {
    const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new GridError(
      isFull ? 'disk_full' : 'bad_usage',
      `cannot write the report ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** A device or a pipe, like `/dev/null` and a shell's `>(…)`: a rename would put a file in its place. */
async function isStream(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  return there !== null && !there.isFile();
}

async function replaceFile(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(pieces, createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    // Where even this fails the first error says why.
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}
