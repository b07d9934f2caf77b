/** The one refusal of a run that a store does not have (any more). */

import { GridError } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import type { RunStoreReads, StoredRun } from './run-store.ts';

/** Throws `not_found`. */
export function knownRun(store: Pick<RunStoreReads, 'run'>, run: RunId): StoredRun {
  const record = store.run(run);
  if (record) return record;
  throw notFound(`there is no run ${run}`);
}

export function prunedError(): GridError {
  return notFound('the run was removed while it was read: it is older than what the grid keeps');
}

export function notFound(message: string): GridError {
  return new GridError('not_found', message, { hint: 'List the known ones with `cleangrid runs`.' });
}
