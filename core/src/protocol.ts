/**
 * What coordinator and agents say to each other, as plain data. `proto` gives it a wire form; in one process it travels as
 * it is. Who sends what, when, and what a receiver may assume: `docs/protocol.md`.
 */

import type { FailedCheck } from './expectation.ts';
import type { AgentId, GridId, RunId, ShardId, Sha256, StepId } from './ids.ts';
import type { PlannedScenario } from './plan.ts';
import type { ExecutorKind, ServiceLog, StepResult } from './result.ts';
import type { SpanBatch, SpanPlace } from './trace/span-batch.ts';
import type { Verdict } from './verdict.ts';

/** One execution of a shard. The number is the fence: results of an older attempt are recorded, never merged. */
export interface AttemptRef {
  run: RunId;
  shard: ShardId;
  attempt: number;
}

/** Coordinator → mailbox → agent, after the attempt and its owner are committed (rule 5). */
export interface Delivery {
  ref: AttemptRef;
  agent: AgentId;
  /** The agent drops a delivery that is not for its own life. */
  boot: number;
  publishNumber: number;
  /** Blob with the suite (`PlannedSuite` as JSON): many deliveries share it. */
  suite: Sha256;
  /** With only the steps that this attempt is to run. */
  scenario: PlannedScenario;
  /** It may only run in containers that nobody used before: it is the check of a failure in used ones (rule 12). */
  fresh: boolean;
  /** The span that those of the attempt hang below; null: none are made. */
  trace: SpanPlace | null;
}

/** A delivery on its way: its scenario is opened by the agent, when it runs it. */
export interface PackedDelivery extends Omit<Delivery, 'scenario'> {
  /** The `PlannedScenario`. */
  scenarioJson: string;
}

export function packed({ scenario, ...delivery }: Delivery): PackedDelivery {
  return { ...delivery, scenarioJson: JSON.stringify(scenario) };
}

/** `read` throws where the scenario cannot be read. */
export function opened(
  { scenarioJson, ...delivery }: PackedDelivery,
  read: (json: string) => PlannedScenario,
): Delivery {
  return { ...delivery, scenario: read(scenarioJson) };
}

/** Agent → coordinator. */
export type FromAgent =
  /** First message of every connection (rule 3). */
  | {
      kind: 'hello';
      agent: AgentId;
      /** Grows with every life of the agent process. */
      boot: number;
      /** Grows with every connection of one boot; a higher one closes the lower. */
      connection: number;
      version: string;
      /** Name of the Docker host: the thing that a lost attempt's next one avoids. */
      host: string;
      slots: number;
      executor: ExecutorKind;
      /** Every attempt of which this boot still has something: accepted, running, or ended with a close that no answer came to. */
      holds: AttemptRef[];
      /** The last known one; null for an agent that never had one. */
      epoch: Epoch | null;
    }
  /** The agent holds the delivery in its queue (rule 6). Answered by `acceptStored`. */
  | { kind: 'accepted'; ref: AttemptRef }
  | { kind: 'started'; ref: AttemptRef }
  /** `seq` counts from 1 within the attempt; kept by the agent until `stored` names it (rule 8). There may be spans without results. */
  | { kind: 'frame'; ref: AttemptRef; seq: number; results: StepResult[]; spans?: SpanBatch }
  | { kind: 'close'; ref: AttemptRef; close: AttemptClose }
  /** After `revoke`: every process of the attempt is dead, unless `survivors` says otherwise (rule 17). */
  | { kind: 'stopped'; ref: AttemptRef; survivors: number }
  /** Best effort, never stored: which step runs now, for the live view. */
  | { kind: 'progress'; ref: AttemptRef; step: StepId }
  /** Best effort, never stored: what the attempt waits for (an image, a service), for the live view. One line. */
  | { kind: 'preparing'; ref: AttemptRef; message: string }
  /** Best effort, never stored: what the agent's pool holds, when that has changed. */
  | { kind: 'pool'; pool: PoolCount[] }
  /** `loopTickMs`: age of the main loop's last tick when the beat was made (rule 13). */
  | { kind: 'beat'; loopTickMs: number };

/** Containers of one service or image in an agent's pool. */
export interface PoolCount {
  /** The service's name, or the image of workspace containers. */
  label: string;
  /** Clean, and lent to nobody. */
  ready: number;
  leased: number;
  /** On their way in or out: being made, reset or removed. */
  changing: number;
}

/** How an attempt ended. `lastSeq` is the number of its frames: closing needs every one of them (rule 11). */
export interface AttemptClose {
  lastSeq: number;
  /** Of the scenario, or of this slice of it. */
  verdict: Verdict;
  durationMs: number;
  /** Waiting for services and leases, not counted in `durationMs`. */
  waitedMs: number;
  /** It ran in a container that was used before. */
  reused: boolean;
  /** Expectations of the scenario as a whole that were not met: those on its spans. */
  failedChecks: FailedCheck[];
  /** Last log lines of the scenario's services; empty unless it failed or broke. */
  serviceLogs: ServiceLog[];
}

/** A store's identity and how often a coordinator opened it (rule 2). */
export interface Epoch {
  grid: GridId;
  number: number;
}

/** Coordinator → agent. */
export type ToAgent =
  | { kind: 'welcome'; epoch: Epoch; mailbox: string; kill: AttemptRef[]; settings: AgentSettings }
  /** The agent exits with this reason: two agents with one name, or versions that do not fit. */
  | { kind: 'refused'; reason: string }
  /** `stale`: kill what this attempt started. */
  | { kind: 'acceptStored'; ref: AttemptRef; answer: 'stored' | 'stale' }
  /** Cumulative: every frame up to `seq` is committed. */
  | { kind: 'framesStored'; ref: AttemptRef; seq: number; answer: 'stored' | 'stale' }
  | { kind: 'closeStored'; ref: AttemptRef; answer: 'stored' | 'stale' }
  /** Leaves a tombstone: the delivery may come later. Answered by `stopped`. */
  | { kind: 'revoke'; ref: AttemptRef };

export interface AgentSettings {
  beatIntervalMs: number;
}
