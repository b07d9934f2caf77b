/** What commands may do to the containers of this machine that no run of theirs is responsible for. */

import type { ListedRecord, PoolRecord } from '@cleangrid/agent/pool/pool-ledger.ts';
import type { WantedLease } from '@cleangrid/agent/pool/provision-lease.ts';
import type { PooledRemoval } from '@cleangrid/agent/pool/remove-pooled.ts';

/** Methods throw `store_failed` and `disk_full`; those with a promise also `daemon_unreachable` and the runtime's other errors. */
export interface MachinePool {
  /** Oldest first, leases among them. */
  list(): MachineContainer[];
  remove(records: readonly ListedRecord[]): Promise<PooledRemoval[]>;
  /** Rejects with `bad_usage` for what cannot run. */
  lease(wanted: WantedLease, progress: (message: string) => void): Promise<PoolRecord>;
  /** The one that ends next first. */
  leases(): PoolRecord[];
  /** Milliseconds from now. Throws `bad_usage` where there is no such lease; so does `endLease`. */
  renew(name: string, ttlMs: number): PoolRecord;
  endLease(name: string): Promise<void>;
  close(): void;
}

export interface MachineContainer extends ListedRecord {
  /** Whether the process that is responsible for it lives. */
  isHeld: boolean;
}
