/** What commands may do to the containers that runs left on this machine. */

import type { PoolRecord } from '@cleangrid/agent/pool/pool-ledger.ts';
import type { PooledRemoval } from '@cleangrid/agent/pool/remove-pooled.ts';

/** Methods throw `store_failed` and `disk_full`. */
export interface MachinePool {
  /** Oldest first. */
  list(): MachineContainer[];
  /** Also throws `daemon_unreachable` and the runtime's other errors. */
  remove(records: readonly PoolRecord[]): Promise<PooledRemoval[]>;
  close(): void;
}

export interface MachineContainer extends PoolRecord {
  /** Whether the process that is responsible for it lives. */
  isHeld: boolean;
}
