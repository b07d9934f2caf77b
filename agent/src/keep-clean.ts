/** Cleans up after dead lives of a ledger until there is nothing left to do: what was leased at once, what is clean at its time. */

import { sleep } from '@cleangrid/core/clock.ts';
import { janitorPauseMs } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import { isWanted } from './pool/is-wanted.ts';
import type { ListedRecord } from './pool/pool-ledger.ts';
import { reconcile, type ReconcileParts, removeEverything } from './pool/reconcile.ts';

export interface KeepCleanParts extends ReconcileParts {
  /** The state directory was removed: nobody will ever know its containers again. */
  isStateGone(): boolean;
  logger: Logger;
}

/** Resolves when no life lives and nothing is left. An error deletes nothing, and is tried again. */
export async function keepClean(parts: KeepCleanParts): Promise<void> {
  const { clock, logger } = parts;
  let wasAlive = true;
  for (;;) {
    try {
      if (parts.isStateGone()) {
        const removed = await removeEverything(parts.runtime, parts.ledger.id);
        logger.info(removed, 'the janitor removed what belongs to nobody any more');
        return;
      }
      const { isAlive, isEmpty } = await cleanOnce(parts, wasAlive);
      if (!isAlive && isEmpty) return;
      wasAlive = isAlive;
    } catch (error) {
      logger.warn({ err: error }, 'the janitor could not clean up yet');
    }
    await sleep(clock, janitorPauseMs);
  }
}

async function cleanOnce(
  parts: KeepCleanParts,
  wasAlive: boolean,
): Promise<{ isAlive: boolean; isEmpty: boolean }> {
  const { ledger, logger } = parts;
  // Who begins to live after this is seen by the next round.
  const isAlive = ledger.isAnyAlive();
  if ((wasAlive && !isAlive) || ledger.pool.list().some(isDue(parts)))
    logger.info(await reconcile(parts), 'the janitor cleaned up');
  return { isAlive, isEmpty: ledger.pool.list().length === 0 };
}

function isDue({ ledger, clock }: KeepCleanParts) {
  const nowMs = clock.nowMs();
  return (record: ListedRecord): boolean => !isWanted(record, { isAlive: ledger.isAlive, nowMs });
}
