/** The pool of a machine in memory: what is held is refused, the rest goes. */

import { invariant } from '@cleangrid/core/errors.ts';
import type { ContainerRuntime, Containers } from '@cleangrid/agent/container-runtime.ts';
import type { ForeignState, MachineContainer, MachinePool } from '../machine-pool.ts';

export interface FakePool extends MachinePool {
  isOpen(): boolean;
  /** What was asked for about leases, visits and foreign ledgers, in order. */
  readonly asked: unknown[];
}

/** `host`: what the containers are on, for who enters them. */
export function fakePool(
  containers: readonly MachineContainer[],
  { host, foreign = [] }: { host?: ContainerRuntime; foreign?: ForeignState[] } = {},
): FakePool {
  const asked: unknown[] = [];
  const containersOf = (): Containers => {
    invariant(host, 'this test enters no container');
    return host.containers;
  };
  let left = [...containers];
  let isOpen = true;
  return {
    list: () => left,
    async remove(records) {
      const isHeld = (container: string): boolean =>
        containers.some((one) => one.container === container && one.isHeld);
      const gone = records.filter(({ container }) => !isHeld(container));
      left = left.filter(({ container }) => !gone.some((one) => one.container === container));
      return records.map((record) => ({
        record,
        refused: isHeld(record.container) ? 'a living run has it' : null,
      }));
    },
    async visit(container, use) {
      asked.push({ visit: container.container });
      return use({ containers: containersOf(), record: container });
    },
    containers: async () => containersOf(),
    foreign: async () => foreign,
    removeForeign: async (ledger) => void asked.push({ removeForeign: ledger }),
    async lease(wanted, progress) {
      asked.push(wanted);
      progress('pulling');
      const [record] = containers;
      invariant(record, 'this test knows what is leased');
      return record;
    },
    leases: () => left,
    renew(name, ttlMs) {
      asked.push({ renew: name, ttlMs });
      const [record] = containers;
      invariant(record, 'this test knows what is renewed');
      return record;
    },
    endLease: async (name) => void asked.push({ end: name }),
    asked,
    close: () => void (isOpen = false),
    isOpen: () => isOpen,
  };
}
