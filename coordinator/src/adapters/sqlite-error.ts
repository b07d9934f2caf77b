/** Makes a `GridError` of what `node:sqlite` throws. */

import { GridError, isGridError, messageOf } from '@cleangrid/core/errors.ts';

/** SQLite's primary result codes. */
const sqliteFull = 13;
const sqliteBusy = 5;

export function isSqliteError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && (error.errcode & 0xff) === sqliteBusy;
}

/** Passes on what is not SQLite's: our own bugs stay what they are. */
export function storeError(error: unknown): unknown {
  if (isGridError(error) || !isSqliteError(error)) return error;
  if ((error.errcode & 0xff) === sqliteFull) {
    return new GridError('disk_full', 'the disk of the run store is full', {
      cause: error,
      hint: 'Free some space; work goes on by itself then.',
    });
  }
  return new GridError('store_failed', `the run store failed: ${messageOf(error)}`, { cause: error });
}
