/** Blobs as files of a directory, named by their hash. Lives as long as the grid that uses it: nothing is synced to disk. */

import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';

/** The directory is made. Methods throw `disk_full` and `store_failed`. */
export async function openDirectoryBlobStore(directory: string): Promise<BlobStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let writes = 0;
  const fileOf = (sha256: Sha256): string => join(directory, sha256);
  return {
    has: (sha256) =>
      access(fileOf(sha256)).then(
        () => true,
        () => false,
      ),
    async get(sha256) {
      try {
        return await readFile(fileOf(sha256));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT')
          throw new GridError('not_found', `there is no blob ${sha256}`, { cause: error });
        throw storeError(error);
      }
    },
    async put(sha256, bytes) {
      if (createHash('sha256').update(bytes).digest('hex') !== sha256)
        throw new GridError('bad_suite', 'a file of the workspace changed while the run was submitted', {
          hint: 'Run it again, or exclude files that change under [workspace].',
        });
      writes += 1;
      const unfinished = `${fileOf(sha256)}.${writes}.tmp`;
      try {
        await writeFile(unfinished, bytes);
        await rename(unfinished, fileOf(sha256));
      } catch (error) {
        throw storeError(error);
      }
    },
  };
}

function storeError(error: unknown): GridError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  return new GridError(
    isFull ? 'disk_full' : 'store_failed',
    `cannot keep a workspace file: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}
