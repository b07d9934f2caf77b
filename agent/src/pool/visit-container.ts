/** Lets a person into a pooled container: it is lent to nobody any more, and goes when they have left. */

import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import type { Life } from './ledger.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { reconcile, type ReconcileParts } from './reconcile.ts';

export interface VisitParts extends ReconcileParts {
  /** Ended when the person has left: should the process die, the janitor sees that. */
  life: Life;
}

/** `work` gets what is known of it as they go in. Throws `bad_usage` where it has gone, `store_failed`, and what `work` throws. */
export async function visitContainer<T>(
  parts: VisitParts,
  container: string,
  work: (record: PoolRecord) => Promise<T>,
): Promise<T> {
  const { ledger, life } = parts;
  try {
    const record = ledger.pool.visit(container, life.boot);
    if (!record) throw new GridError('bad_usage', `the container ${container} has gone`);
    return await work(record);
  } finally {
    life.end();
    await reconcile(parts).catch(leaveToJanitor);
  }
}

function leaveToJanitor(error: unknown): void {
  if (!isGridError(error)) throw error;
}
