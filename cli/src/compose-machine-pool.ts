/** The pool of this machine: the ledger of its runs, and its Docker, which is asked for nothing until something is removed. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { removePooled } from '@cleangrid/agent/pool/remove-pooled.ts';
import type { CommandContext } from './command-context.ts';
import type { MachinePool } from './machine-pool.ts';

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids'>;

/** Throws `store_failed` and `disk_full`. */
export function openMachinePool({ config, clock, ids }: Ports): MachinePool {
  const ledger = openLedger(join(config.stateDirectory, 'agent'), { clock, ids });
  return {
    list: () => ledger.pool.list().map((record) => ({ ...record, isHeld: ledger.isAlive(record.boot) })),
    async remove(records) {
      const { environment } = config;
      const runtime = await openDocker({ environment, homeDirectory: homedir(), clock });
      return removePooled({ runtime, ledger, clock }, records);
    },
    close: () => ledger.close(),
  };
}
