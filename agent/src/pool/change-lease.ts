/** What a person may do to a lease: give it more time, or end it. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { reconcile, type ReconcileParts } from './reconcile.ts';

/** Every lease whose deadline is still to come, the next one first. */
export function listLeases({ ledger, clock }: Pick<ReconcileParts, 'ledger' | 'clock'>): PoolRecord[] {
  const nowMs = clock.nowMs();
  return ledger.pool
    .list()
    .filter(({ kind, state }) => kind === 'lease' && state === 'leased')
    .filter(({ deadlineMs }) => (deadlineMs ?? 0) > nowMs)
    .toSorted((a, b) => (a.deadlineMs ?? 0) - (b.deadlineMs ?? 0));
}

/** It goes `ttlMs` from now. Throws `bad_usage` where there is no such lease any more, and `store_failed`. */
export function renewLease(
  parts: Pick<ReconcileParts, 'ledger' | 'clock'>,
  { name, ttlMs }: { name: string; ttlMs: number },
): PoolRecord {
  const renewed = { ...find(parts, name), deadlineMs: parts.clock.nowMs() + ttlMs };
  parts.ledger.pool.put(renewed);
  return renewed;
}

/** It goes now: should this process die, the janitor goes on with it. Also throws the runtime's errors. */
export async function endLease(parts: ReconcileParts, name: string): Promise<void> {
  renewLease(parts, { name, ttlMs: 0 });
  await reconcile(parts);
}

function find(parts: Pick<ReconcileParts, 'ledger' | 'clock'>, name: string): PoolRecord {
  const lease = listLeases(parts).find(({ container }) => container === name);
  if (lease) return lease;
  throw new GridError('bad_usage', `there is no lease ${name}`, { hint: 'cleangrid lease ls lists them.' });
}
