/** The pool of this machine: the ledger of its runs, and its Docker, which is asked for nothing until something is made or removed. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { endLease, listLeases, renewLease } from '@cleangrid/agent/pool/change-lease.ts';
import { provisionLease } from '@cleangrid/agent/pool/provision-lease.ts';
import { removePooled } from '@cleangrid/agent/pool/remove-pooled.ts';
import type { CommandContext } from './command-context.ts';
import { readImageAliases } from './image-aliases.ts';
import type { MachinePool } from './machine-pool.ts';
import { openLog } from './open-log.ts';
import { startJanitor } from './start-janitor.ts';

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids' | 'terminal'>;

/** Throws `store_failed` and `disk_full`. */
export function openMachinePool({ config, clock, ids, terminal }: Ports): MachinePool {
  const directory = join(config.stateDirectory, 'agent');
  const ledger = openLedger(directory, { clock, ids });
  const { environment, stateDirectory } = config;
  const openParts = async () => ({
    runtime: await openDocker({ environment, homeDirectory: homedir(), clock }),
    ledger,
    clock,
  });
  return {
    list: () => ledger.pool.list().map((record) => ({ ...record, isHeld: ledger.isAlive(record.boot) })),
    remove: async (records) => removePooled(await openParts(), records),
    async lease(wanted, progress) {
      const parts = await openParts();
      const log = await openLog({ stateDirectory, shownFrom: null, terminal });
      try {
        const imageAliases = readImageAliases(config.imageAliases);
        const life = ledger.begin();
        // Before anything is made: should this process be killed, somebody is there to clean up.
        startJanitor(ledger, directory, log.logger);
        return await provisionLease({ ...parts, life, imageAliases, progress }, wanted);
      } finally {
        log.close();
      }
    },
    leases: () => listLeases({ ledger, clock }),
    renew: (name, ttlMs) => renewLease({ ledger, clock }, { name, ttlMs }),
    endLease: async (name) => endLease(await openParts(), name),
    close: () => ledger.close(),
  };
}
