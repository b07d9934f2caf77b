/** Removes containers that somebody does not want to wait for until they are too old: clean ones, which no living life is responsible for. */

import { unreachable } from '@cleangrid/core/errors.ts';
import type { ListedRecord, PoolRecord } from './pool-ledger.ts';
import { reconcile, type ReconcileParts } from './reconcile.ts';

export interface PooledRemoval {
  record: PoolRecord;
  /** Why it stays; null: it is gone. */
  refused: string | null;
}

/**
 * Claims what is clean, so that nobody adopts it meanwhile, as a life that ends before the removal: should this process die, the janitor
 * goes on with it. Throws the runtime's and the ledger's errors.
 */
export async function removePooled(
  parts: ReconcileParts,
  records: readonly ListedRecord[],
): Promise<PooledRemoval[]> {
  const life = parts.ledger.begin();
  let removals: PooledRemoval[];
  try {
    removals = records.map((record) => ({ record, refused: claim(parts, record, life.boot) }));
  } finally {
    life.end();
  }
  if (removals.some(({ refused }) => refused === null)) await reconcile(parts);
  return removals;
}

/** Why it may not be removed; null where it may. */
function claim({ ledger }: ReconcileParts, record: ListedRecord, boot: number): string | null {
  const { container, kind, state, holder, visitors } = record;
  if (kind === 'lease' && state === 'leased') return 'it is leased: cleangrid lease rm removes it';
  if (visitors.some(ledger.isAlive)) return 'cleangrid shell is in it';
  if (ledger.isAlive(record.boot)) return holder === null ? 'a living run has it' : `in use by ${holder}`;
  switch (state) {
    case 'clean':
      if (visitors.length > 0) return null;
      return ledger.pool.claim(container, boot) ? null : 'a run has just taken it over';
    // Left behind by a dead life: removed by whoever looks first.
    case 'making':
    case 'leased':
    case 'dirty':
      return null;
    default:
      return unreachable(state);
  }
}
