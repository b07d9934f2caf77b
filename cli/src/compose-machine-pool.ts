/** The pool of this machine: the ledgers of its runs and agents, and its Docker, which is asked for nothing until something is made, removed or entered. */

import { homedir } from 'node:os';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import { endLease, listLeases, renewLease } from '@cleangrid/agent/pool/change-lease.ts';
import type { Life } from '@cleangrid/agent/pool/ledger.ts';
import { provisionLease } from '@cleangrid/agent/pool/provision-lease.ts';
import { removeEverything } from '@cleangrid/agent/pool/reconcile.ts';
import { removePooled } from '@cleangrid/agent/pool/remove-pooled.ts';
import { visitContainer } from '@cleangrid/agent/pool/visit-container.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import type { CommandContext } from './command-context.ts';
import { listForeignStates } from './compose-foreign-states.ts';
import { readImageAliases } from './image-aliases.ts';
import { type MachineLedger, openMachineLedgers } from './compose-machine-ledgers.ts';
import type { MachineContainer, MachinePool } from './machine-pool.ts';
import { openLog } from './open-log.ts';
import { startJanitor } from './start-janitor.ts';

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids' | 'terminal'>;

/** Throws `store_failed` and `disk_full`. */
export function openMachinePool(ports: Ports): MachinePool {
  const { config, clock } = ports;
  const ledgers = openMachineLedgers(config.stateDirectory, ports);
  const [own] = ledgers;
  const partsOf = async ({ ledger }: MachineLedger) => ({ runtime: await openHost(ports), ledger, clock });
  return {
    list: () => ledgers.flatMap(listContainers).toSorted((a, b) => a.createdAtMs - b.createdAtMs),
    async remove(containers) {
      const removals = ledgers.map(async (one) => {
        const theirs = containers.filter(({ agent }) => agent === one.agent);
        return theirs.length === 0 ? [] : removePooled(await partsOf(one), theirs);
      });
      return (await Promise.all(removals)).flat();
    },
    async visit(container, use) {
      const { containers } = await openHost(ports);
      if (container.kind === 'lease') return use({ containers, record: container });
      const visited = ledgers.find(({ agent }) => agent === container.agent);
      invariant(visited, 'a container that is listed is of a ledger');
      const life = await beginLife(visited, ports);
      const parts = { ...(await partsOf(visited)), life };
      return visitContainer(parts, container.container, (record) => use({ containers, record }));
    },
    containers: async () => (await openHost(ports)).containers,
    async foreign() {
      const ours = new Set(ledgers.map(({ ledger }) => ledger.id));
      return listForeignStates(await openHost(ports), ours);
    },
    removeForeign: async (ledger) => void (await removeEverything(await openHost(ports), ledger)),
    async lease(wanted, progress) {
      const parts = await partsOf(own);
      const imageAliases = readImageAliases(config.imageAliases);
      const life = await beginLife(own, ports);
      return provisionLease({ ...parts, life, imageAliases, progress }, wanted);
    },
    leases: () => listLeases({ ledger: own.ledger, clock }),
    renew: (name, ttlMs) => renewLease({ ledger: own.ledger, clock }, { name, ttlMs }),
    endLease: async (name) => endLease(await partsOf(own), name),
    close: () => ledgers.forEach(({ ledger }) => ledger.close()),
  };
}

function listContainers({ agent, ledger }: MachineLedger): MachineContainer[] {
  return ledger.pool.list().map((record) => ({
    ...record,
    agent,
    isHeld: ledger.isAlive(record.boot),
    isVisited: record.visitors.some(ledger.isAlive),
  }));
}

function openHost({ config, clock }: Ports): Promise<ContainerRuntime> {
  return openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
}

/** Before anything is made or entered: should this process be killed, somebody is there to clean up. */
async function beginLife({ ledger, directory }: MachineLedger, { config, terminal }: Ports): Promise<Life> {
  const log = await openLog({ stateDirectory: config.stateDirectory, shownFrom: null, terminal });
  try {
    const life = ledger.begin();
    startJanitor(ledger, directory, log.logger);
    return life;
  } finally {
    log.close();
  }
}
