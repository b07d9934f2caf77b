/** What a scenario holds while it runs: its services, exclusively, and its workspace container. */

import type { AgentId, ServiceName } from '@cleangrid/core/ids.ts';
import type { ServiceLimits } from '@cleangrid/core/plan.ts';
import type { ExecutorKind, ServiceLog } from '@cleangrid/core/result.ts';
import type { ServiceFacts } from '@cleangrid/core/service-facts.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { StepSession } from '../step-executor.ts';

export interface LeasedContainer {
  id: string;
  /** Null: the workspace container. */
  service: ServiceName | null;
  session: StepSession;
  executor: ExecutorKind;
  limits: ServiceLimits;
  /** By the daemon's clock: a container that started again is another one. */
  startedAtMs: number;
}

export interface Lease {
  readonly agent: AgentId;
  readonly containers: readonly LeasedContainer[];
  /** One of them was lent before. */
  readonly reused: boolean;
  /** How its steps reach each service. */
  readonly facts: ReadonlyMap<ServiceName, ServiceFacts>;
  /** Null: the workspace container. */
  container(service: ServiceName | null): LeasedContainer;
  /** Bytes of a file of the suite's workspace. */
  workspaceFile(path: string): Promise<Uint8Array>;
  /** Of each service of which there is something to say: its last log lines where they are wanted, and what the pool does with it. */
  serviceLogs(wanted: LogsWanted): Promise<ServiceLog[]>;
  /** Its holder lives: without it, the pool takes everything back after `leaseMs`. Throws `store_failed` and `disk_full`. */
  renew(): void;
  /** Gives everything back, once. `taint`: why nothing of it may be lent again; null: resets make it clean. */
  release(taint: string | null): void;
}

export interface LogsWanted {
  lines: boolean;
  /** As the lease will be released. */
  taint: string | null;
}

/** `refused`: the scenario cannot run, and whose fault that is. */
export type LeaseAnswer =
  | { kind: 'leased'; lease: Lease }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] };
