/** What ledgers of other state directories have in Docker, and whether those are still there. */

import { homeOf, ledgerIdIn } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import { type ForeignLedger, listForeignLedgers } from '@cleangrid/agent/pool/foreign-ledgers.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { ForeignState } from './machine-pool.ts';

/** `ours`: ids of ledgers that are not asked for. Throws the runtime's errors. */
export async function listForeignStates(
  runtime: ContainerRuntime,
  ours: ReadonlySet<string>,
): Promise<ForeignState[]> {
  const foreign = await listForeignLedgers(runtime, ours);
  return foreign.map((one) => ({ ...one, state: stateOf(one) }));
}

function stateOf({ ledger, home }: ForeignLedger): ForeignState['state'] {
  const directory = home === null ? '' : home.slice(home.indexOf(':') + 1);
  if (home === null || home !== homeOf(directory)) return 'unknown';
  try {
    return ledgerIdIn(directory) === ledger ? 'there' : 'gone';
  } catch (error) {
    if (isGridError(error)) return 'unknown';
    throw error;
  }
}
