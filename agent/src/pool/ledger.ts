/** The port to what an agent knows of its own lives on a host. What carries the ledger's id is its own to remove; nothing else is. */

import type { PoolLedger } from './pool-ledger.ts';

export interface Ledger {
  /** Of the state directory, from its creation: the value of the label `cleangrid.ledger`. */
  readonly id: string;
  /** `HOST:DIRECTORY`: where somebody could look whether it still exists. */
  readonly home: string;
  /** Begins a life: a number higher than any before and than the time (rule 3), alive until `end`, or until the process dies however it dies. Hold it: one that is garbage has ended. */
  begin(): Life;
  /** Whether the process of that life still lives. A life that nobody knows of is dead. */
  isAlive(boot: number): boolean;
  /** Some life's process lives. */
  isAnyAlive(): boolean;
  /** The right to clean up after dead lives, for one process at a time; null: another one has it. */
  takeBroom(): Broom | null;
  /** The containers of all lives. */
  readonly pool: PoolLedger;
  close(): void;
}

/** Hold it: one that is garbage was put back. */
export interface Broom {
  putBack(): void;
}

export interface Life {
  readonly boot: number;
  /** Ending it again does nothing. */
  end(): void;
}
