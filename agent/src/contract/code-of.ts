/** The `GridError` code that something rejects with, for tests. */

import { GridError } from '@cleangrid/core/errors.ts';

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    if (error instanceof GridError) return error.code;
    throw error;
  }
}
