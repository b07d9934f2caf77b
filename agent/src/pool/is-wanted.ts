/** Whether a container of the ledger may stay: the one answer that runs, the janitor and people get. */

import type { PoolRecord } from './pool-ledger.ts';

/**
 * What a living life has, what is clean and neither idle too long nor too old, and what a person leased until its deadline, whoever lives.
 */
export function isWanted(
  record: PoolRecord,
  { isAlive, nowMs }: { isAlive(boot: number): boolean; nowMs: number },
): boolean {
  const { kind, state, boot, deadlineMs } = record;
  if (kind === 'lease' && state === 'leased') return deadlineMs !== null && deadlineMs > nowMs;
  return isAlive(boot) || isWarm(record, nowMs);
}

/** Clean, and neither idle too long nor too old: the next life may take it over. */
export function isWarm({ state, idleUntilMs, expiresAtMs }: PoolRecord, nowMs: number): boolean {
  return state === 'clean' && idleUntilMs > nowMs && expiresAtMs > nowMs;
}
