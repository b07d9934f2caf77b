/** One pooled container, from the wish for it to its removal. Only the pool changes it. */

import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { InstanceReset, Namespace } from '../reset/instance-reset.ts';
import type { InstanceState } from './instance-state.ts';
import type { PoolRecord } from './pool-ledger.ts';
import type { StartedContainer } from './start-container.ts';

export interface Instance {
  /** The container's, chosen before there is one. */
  readonly name: string;
  readonly kind: 'service' | 'workspace';
  /** For people: the service's name, or the image. */
  readonly label: string;
  /** Instances of one digest are interchangeable. */
  readonly digest: string;
  readonly service: PlannedService | null;
  /** The image's name on this host. */
  readonly image: string;
  /** Never lent a second time. */
  readonly singleUse: boolean;
  /** What an earlier life said of it; null: it is a new one. */
  readonly adopted: PoolRecord | null;
  /** What it counts against the host's memory. */
  readonly memoryBytes: number;
  /** By the wall clock. */
  readonly createdAtMs: number;
  /** It is not lent any more then, by the wall clock. */
  readonly expiresAtMs: number;
  state: InstanceState;
  /** Null until it is ready for the first time. */
  made: MadeInstance | null;
  /** The leases that hold it: several only where it is shared. */
  readonly holders: Map<string, Hold>;
  /** Leases it has served, in earlier lives of the agent too. */
  uses: number;
  /** Milliseconds that its last reset took; null: it had none in this life. */
  resetMs: number | null;
  usedAtMs: number;
  /** Until when it stays although nobody wants it, by the wall clock. */
  idleUntilMs: number;
  /** When its ready probes were asked last. */
  healthyAtMs: number;
  /** Names by key: the networks in which it can be reached. */
  readonly networks: Map<string, string>;
}

export interface MadeInstance {
  container: StartedContainer;
  reset: InstanceReset;
}

export interface Hold {
  /** For people: the scenario. */
  holder: string;
  /** By the monotonic clock, so that a host that was suspended keeps its leases. Null: not handed over yet, which has bounds of its own. */
  deadlineMs: number | null;
  namespace: Namespace | null;
  /** Its steps may run: /workspace was brought to its suite's files. */
  hasFiles?: boolean;
}

/** Not ready yet, or not again yet, and promised to nobody: worth waiting for. */
export function isComing(instance: Instance): boolean {
  const { state, holders } = instance;
  return holders.size === 0 && (state === 'creating' || state === 'starting' || state === 'resetting');
}

export function isGone({ state }: Instance): boolean {
  return state === 'retiring' || state === 'removed';
}
