/** The pool of a machine in memory: what is held is refused, the rest goes. */

import type { MachineContainer, MachinePool } from '../machine-pool.ts';

export function fakePool(containers: readonly MachineContainer[]): MachinePool & { isOpen(): boolean } {
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
    close: () => void (isOpen = false),
    isOpen: () => isOpen,
  };
}
