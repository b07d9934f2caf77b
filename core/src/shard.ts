/** What a coordinator stores of a shard and its attempts. `shard-state.ts` moves them. */

import type { FailedCheck } from './expectation.ts';
import type { AgentId, StepId } from './ids.ts';
import type { AttemptClose } from './protocol.ts';
import type { ServiceLog } from './result.ts';
import type { AttemptRecord } from './run-service.ts';
import type { OutcomeCounts, Verdict } from './verdict.ts';

/** One life of an agent on its host. */
export interface Owner {
  agent: AgentId;
  boot: number;
  host: string;
}

/**
 * ```
 * assigned ──accepted──▶ accepted ──started──▶ running ──close──▶ closed
 *    │                      │                     │                 ▲
 *    └──────────lost────────┴──────────┬──────────┘                 │ late
 *                                      ▼                            │
 *                                    lost ──────────────────────────┤
 *                                      └─ held, accepted, started, frame: accepted or running again (resumed)
 * ```
 * Any of the first three may close: messages on the way may have been lost with a connection. When the next attempt opens, a lost one
 * is superseded for ever.
 */
export type AttemptPhase =
  | { state: 'assigned' | 'accepted' | 'running' }
  /** `said`: of one that was cancelled, until its death is proved. */
  | { state: 'closed'; verdict: Verdict; said?: AttemptClose }
  /** `resumable`: its agent may still take it up. `dead`: proved to be at its end. */
  | { state: 'lost'; resumable: boolean; dead: boolean };

export interface Attempt {
  number: number;
  owner: Owner;
  /** By the coordinator's wall clock. */
  assignedAtMs: number;
  /** How often it was put into a mailbox. */
  publishNumber: number;
  /** Number of its frames that are stored, without a gap. */
  lastSeq: number;
  started: boolean;
  /** Only in containers that nobody used before. */
  fresh: boolean;
  phase: AttemptPhase;
}

/**
 * ```
 * waiting ──assign──▶ active ──close, stopped, unproven──▶ closed
 *    ▲                  │                                    ▲
 *    ├───────lost───────┤                                    │
 *    └─retry left───────┘        cancel, nothing of it lives │
 *    └───────────────────────────────────────────────────────┘
 * ```
 * Cancelling is a flag: a shard with it never waits; it is active until its attempt has ended or its death could not be proved.
 */
export type Shard = ShardFacts &
  (
    | { state: 'waiting'; attempt: Attempt | null }
    | { state: 'active'; attempt: Attempt }
    | { state: 'closed'; attempt: Attempt | null; outcome: ShardOutcome }
  );

export interface ShardFacts {
  /** `whole`: all verdicts come from one attempt. `slice`: of independent steps; a verdict is final by itself. */
  kind: 'whole' | 'slice';
  stepCount: number;
  /** Retries left. `pollution`: of a failure in used containers, in fresh ones. */
  budgets: { failed: number; broken: number; pollution: number };
  /** The next attempt is the check of such a failure, until one in fresh containers has passed or failed. */
  checksPollution: boolean;
  avoidHosts: string[];
  /** Why, for people; null unless somebody cancelled the run. */
  cancelling: string | null;
  /** Attempts before the newest, oldest first; of very many the last `attemptsKeptMax`. */
  earlier: Omit<AttemptRecord, 'shard'>[];
  /** Slices only: steps that the next attempt does not carry. */
  finals: Record<StepId, FinalStep>;
  /** Steps that failed in an earlier attempt: if they pass, they are flaky. */
  failedBefore: StepId[];
}

/** The attempt whose frames hold the step's result. */
export interface FinalStep {
  attempt: number;
  verdict: Verdict;
}

export interface ShardOutcome {
  verdict: Verdict;
  flaky: boolean;
  /** Whole shards: the attempt whose frames hold the results; null where there are none, and for slices. */
  results: number | null;
  /** What became of every planned step without a result; null when each has one. */
  rest: Verdict | null;
  steps: OutcomeCounts;
  durationMs: number;
  waitedMs: number;
  /** Of the scenario as a whole. */
  failedChecks: FailedCheck[];
  serviceLogs: ServiceLog[];
}

/** Verdicts of the newest attempt that are stored so far; steps of the plan only. */
export type Heard = ReadonlyMap<StepId, Verdict>;

/** Who says something, of which attempt. */
export interface Sender {
  agent: AgentId;
  boot: number;
  attempt: number;
}

export type ShardEvent =
  /** `nowMs`: wall clock. */
  | { kind: 'assign'; owner: Owner; nowMs: number }
  | { kind: 'republish' }
  /** Also for an attempt that a hello lists. */
  | { kind: 'accepted'; by: Sender }
  | { kind: 'started'; by: Sender }
  | { kind: 'frame'; by: Sender; seq: number }
  | { kind: 'close'; by: Sender; close: AttemptClose; heard: Heard }
  | { kind: 'stopped'; by: Sender; survivors: number; heard: Heard }
  /** `resumable` and `dead` as in `AttemptPhase`. */
  | { kind: 'lost'; resumable: boolean; dead: boolean; why: string; heard: Heard }
  | { kind: 'cancel'; message: string }
  /** The time in which a cancelled attempt's death could be proved is over. */
  | { kind: 'unproven'; heard: Heard };

/**
 * What the sender is told. `repeated`: of a closed attempt, without effect. `stale`: not the newest attempt, not its owner, or nothing
 * is wanted of it any more. `gap`: a frame before it is missing.
 */
export type FenceAnswer = 'stored' | 'repeated' | 'stale' | 'gap';

export interface ShardMove {
  shard: Shard;
  answer: FenceAnswer;
  /** Set when an attempt ended and the shard waits for its next one: the verdict that spent a budget. */
  retried: Verdict | null;
}
