/** What the pool is to the rest of the agent. */

import type { PlannedScenario, PlannedSuite } from '@cleangrid/core/plan.ts';
import type { InstanceState } from './instance-state.ts';
import type { LeaseAnswer } from './lease.ts';
import type { LeaseTimeline } from './lease-timeline.ts';

export interface ServicePool {
  /** Rejects only with the signal's reason, or for a bug of ours. */
  lease(request: LeaseRequest, signal: AbortSignal): Promise<LeaseAnswer>;
  describe(): PooledContainer[];
  /** Leaves what is clean to the next life if it may, and removes the rest; resolves when that is done. Nothing may be leased any more. */
  close(): Promise<void>;
}

export interface LeaseRequest {
  suite: PlannedSuite;
  scenario: PlannedScenario;
  /** Containers that nobody has used before. */
  fresh: boolean;
  /** One line for people: what is being waited for. */
  progress(message: string): void;
  /** Null: nobody wants to know. */
  timeline: LeaseTimeline | null;
}

/** One container of the pool, for people. Times in milliseconds. */
export interface PooledContainer {
  label: string;
  digest: string;
  state: InstanceState;
  container: string;
  uses: number;
  ageMs: number;
  holders: string[];
}

export interface PoolLimits {
  /** Leases at once; also how many containers of one service there are at most, unless the suite says otherwise. */
  slots: number;
  /** What all containers together may count for. */
  memoryBytes: number;
  /** 0: nothing stays. */
  keepWarmMs: number;
  /** Whether clean containers outlive the close of the pool. */
  leaveWarm: boolean;
}
