/** Whether a container of the ledger may stay: the one answer that runs, the janitor and people get. */

import type { ListedRecord, PoolRecord } from './pool-ledger.ts';

export interface WantedParts {
  isAlive(boot: number): boolean;
  nowMs: number;
  /** Whether another life may come and take over what is clean. Default: yes. */
  hasHeirs?: boolean;
}

/**
 * What a living life has, what is clean and neither idle too long nor too old, what a person leased until its deadline, whoever lives, and what
 * a person is in.
 */
export function isWanted(record: ListedRecord, { isAlive, nowMs, hasHeirs = true }: WantedParts): boolean {
  const { kind, state, boot, deadlineMs, visitors } = record;
  if (kind === 'lease' && state === 'leased') return deadlineMs !== null && deadlineMs > nowMs;
  if (isAlive(boot) || visitors.some(isAlive)) return true;
  return hasHeirs && visitors.length === 0 && isWarm(record, nowMs);
}

/** Clean, and neither idle too long nor too old: the next life may take it over. */
export function isWarm({ state, idleUntilMs, expiresAtMs }: PoolRecord, nowMs: number): boolean {
  return state === 'clean' && idleUntilMs > nowMs && expiresAtMs > nowMs;
}
