/** Says that a store's directory is in use, and by someone who lives: an SQLite file that is held locked. The kernel frees it, whatever kills us. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GridError } from '@cleangrid/core/errors.ts';
import { storeLockMsMax } from '@cleangrid/core/limits.ts';
import { isBusy, storeError } from './sqlite-error.ts';

export interface StoreLock {
  release(): void;
}

/** Throws `already_exists` while a live process holds it. */
export function lockStore(directory: string): StoreLock {
  const db = new DatabaseSync(lockFile(directory), { timeout: storeLockMsMax });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw storeError(error);
    throw new GridError('already_exists', `another coordinator is using the run store in ${directory}`, {
      cause: error,
      hint: 'Stop that one first, or give this one a state directory of its own.',
    });
  }
  return { release: () => db.close() };
}

export function isStoreLocked(directory: string): boolean {
  if (!existsSync(lockFile(directory))) return false;
  const db = new DatabaseSync(lockFile(directory), { readOnly: true });
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw storeError(error);
  } finally {
    db.close();
  }
}

function lockFile(directory: string): string {
  return join(directory, 'coordinator.lock');
}
