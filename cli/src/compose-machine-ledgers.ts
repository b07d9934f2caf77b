/** The ledgers of this machine's state directory: that of its runs, and one for each agent that has its state there. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import type { Ledger } from '@cleangrid/agent/pool/ledger.ts';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';

export interface MachineLedger {
  /** The grid's agent that it belongs to; null: runs of this machine, and leases. */
  agent: string | null;
  directory: string;
  ledger: Ledger;
}

/** That of runs first; made where there is none. Throws `store_failed` and `disk_full`. */
export function openMachineLedgers(
  stateDirectory: string,
  ports: { clock: Clock; ids: Ids },
): [MachineLedger, ...MachineLedger[]] {
  const agents = join(stateDirectory, 'agents');
  const names = existsSync(agents) ? readdirSync(agents).toSorted() : [];
  const open = (agent: string | null, directory: string): MachineLedger => ({
    agent,
    directory,
    ledger: openLedger(directory, ports),
  });
  const theirs = names.filter((name) => existsSync(join(agents, name, 'ledger.sqlite')));
  return [open(null, join(stateDirectory, 'agent')), ...theirs.map((name) => open(name, join(agents, name)))];
}
