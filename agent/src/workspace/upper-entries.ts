/** What differs in a container's file system from its image, read from the overlay's upper directory where the agent can. */

import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** By absolute path, an entry's text; null: the agent cannot read that directory. What `isSkipped` says of a path holds for what is below it. */
export async function readUpperEntries(
  upperDirectory: string,
  isSkipped: (path: string) => boolean,
): Promise<Map<string, string> | null> {
  const entries = new Map<string, string>();
  try {
    await readBelow('', { upperDirectory, isSkipped, entries });
    return entries;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR'].includes(code)) return null;
    throw error;
  }
}

interface Reading {
  upperDirectory: string;
  isSkipped(path: string): boolean;
  entries: Map<string, string>;
}

async function readBelow(folder: string, reading: Reading): Promise<void> {
  const { upperDirectory, isSkipped, entries } = reading;
  for (const name of await readdir(join(upperDirectory, folder))) {
    const path = `${folder}/${name}`;
    if (isSkipped(path)) continue;
    const status = await lstat(join(upperDirectory, path), { bigint: true });
    entries.set(path, textOf(status));
    if (status.isDirectory()) await readBelow(path, reading);
  }
}

/** What was removed from the image is a device 0/0 here, and so an entry like others. */
function textOf({ mode, uid, gid, size, ino, rdev, ctimeNs }: BigIntStats): string {
  return [mode, uid, gid, size, ino, rdev, ctimeNs].join(' ');
}
