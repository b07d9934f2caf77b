/** Reports on disk: whole or not at all. Whether a report can be written is asked before the run, not after it. */

import { constants, createWriteStream } from 'node:fs';
import { access, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';

/** Makes the folder of the file. Throws `bad_usage` where a report could not be written. */
export async function prepareReport(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await access(dirname(path), constants.W_OK);
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    if (isFolder) throw new Error('it is a folder');
  } catch (error) {
    throw new GridError('bad_usage', `cannot write the report ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Throws `disk_full`, or `bad_usage` for any other reason; what was there before is still there then. */
export async function writeReport(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(pieces, createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    // Where even this fails the first error says why.
    await rm(unfinished, { force: true }).catch(() => {});
    const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new GridError(
      isFull ? 'disk_full' : 'bad_usage',
      `cannot write the report ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
