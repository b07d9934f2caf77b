/** Blobs as files of a directory, named by their hash. What was asked for last is known, so that what nobody wants any more can go. */

import { createHash } from 'node:crypto';
import { statSync, unlinkSync, utimesSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';

export interface DirectoryBlobStore extends BlobStore {
  /** Removes what is beyond `keep`, longest unused first; how many. */
  prune(keep: BlobsKept): Promise<number>;
}

export interface BlobsKept {
  needed: ReadonlySet<string>;
  /** Unix ms: what was not asked for since goes. */
  usedSinceMs: number;
  /** Of more than this the longest unused go, but none that was asked for after `freshSinceMs`. */
  bytes: number;
  freshSinceMs: number;
}

/** The directory is made. Methods throw `disk_full` and `store_failed`. */
export async function openDirectoryBlobStore(directory: string): Promise<DirectoryBlobStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let writes = 0;
  const fileOf = (sha256: Sha256): string => join(directory, sha256);
  return {
    has: async (sha256) => noteUse(fileOf(sha256)),
    async get(sha256) {
      try {
        return await readFile(fileOf(sha256));
      } catch (error) {
        if (isMissing(error))
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
    prune: (keep) => pruneBlobs(directory, keep),
  };
}

/** False where there is none. Synchronous like the removal, so that neither comes between the other's look and its act. */
function noteUse(file: string): boolean {
  try {
    const now = new Date();
    utimesSync(file, now, now);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw storeError(error);
  }
}

async function pruneBlobs(directory: string, keep: BlobsKept): Promise<number> {
  const names = (await readdir(directory)).filter((name) => !keep.needed.has(name));
  const blobs = names
    .map((name) => ({ file: join(directory, name), ...statOf(join(directory, name)) }))
    .sort((one, other) => one.usedAtMs - other.usedAtMs);
  let bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
  let removed = 0;
  for (const blob of blobs) {
    const { usedAtMs } = statOf(blob.file);
    const isSurplus = bytes > keep.bytes && usedAtMs < keep.freshSinceMs;
    if (usedAtMs >= keep.usedSinceMs && !isSurplus) continue;
    unlinkSync(blob.file);
    bytes -= blob.bytes;
    removed += 1;
  }
  return removed;
}

/** One that is gone meanwhile is as new as can be. */
function statOf(file: string): { usedAtMs: number; bytes: number } {
  const stat = statSync(file, { throwIfNoEntry: false });
  return { usedAtMs: stat?.mtimeMs ?? Number.POSITIVE_INFINITY, bytes: stat?.size ?? 0 };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function storeError(error: unknown): GridError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  return new GridError(
    isFull ? 'disk_full' : 'store_failed',
    `cannot keep a workspace file: ${messageOf(error)}`,
    { cause: error },
  );
}
