/** What commands may do to the containers of this machine that no run of theirs is responsible for. */

import type { Containers } from '@cleangrid/agent/container-runtime.ts';
import type { ForeignLedger } from '@cleangrid/agent/pool/foreign-ledgers.ts';
import type { ListedRecord, PoolRecord } from '@cleangrid/agent/pool/pool-ledger.ts';
import type { WantedLease } from '@cleangrid/agent/pool/provision-lease.ts';
import type { PooledRemoval } from '@cleangrid/agent/pool/remove-pooled.ts';

/** Methods throw `store_failed` and `disk_full`; those with a promise also `daemon_unreachable` and the runtime's other errors. */
export interface MachinePool {
  /** Of runs and of every agent, oldest first, leases among them. */
  list(): MachineContainer[];
  remove(containers: readonly MachineContainer[]): Promise<PooledRemoval[]>;
  /**
   * For somebody who may change what is in there: unless it is their lease, it is lent to nobody any more, and removed when `use` and whoever
   * uses it have ended. Rejects with `bad_usage` where it has gone.
   */
  visit<T>(container: MachineContainer, use: (entered: Entered) => Promise<T>): Promise<T>;
  /** For somebody who only looks. */
  containers(): Promise<Containers>;
  /** What other state directories than this one have in Docker. */
  foreign(): Promise<ForeignState[]>;
  /** All of it. */
  removeForeign(ledger: string): Promise<void>;
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
  /** The grid's agent that has it; null: a run of this machine, or a lease. */
  agent: string | null;
  /** Whether the process that is responsible for it lives. */
  isHeld: boolean;
  /** Whether a person is in it. */
  isVisited: boolean;
}

export interface ForeignState extends ForeignLedger {
  /** Of its state directory; `unknown`: it cannot be looked at from here. */
  state: 'there' | 'gone' | 'unknown';
}

export interface Entered {
  containers: Containers;
  /** What was known of it then. */
  record: PoolRecord;
}
