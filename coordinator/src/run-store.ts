/**
 * The port `RunStore`: the truth about runs. Synchronous, so that nothing can come between a decision and its storing. Adapter: SQLite.
 * Rows name their run by its ordinal in this store. What is read inside a transaction includes what it wrote.
 */

import type { AgentId, GridId, RunId, ScenarioId, Sha256 } from '@cleangrid/core/ids.ts';
import type { AttemptRef, Epoch } from '@cleangrid/core/protocol.ts';
import type { ServiceLog, StepResult } from '@cleangrid/core/result.ts';
import type { RunState } from '@cleangrid/core/run-service.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { OutcomeCounts, Verdict } from '@cleangrid/core/verdict.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import type { ShardHead, ShardPlan } from './shard-head.ts';
import type { SpanStore, SpanStoreWrites } from './span-store.ts';

export interface RunStore extends RunStoreReads {
  readonly spans: SpanStore;
  /**
   * Runs `work`; what it wrote is durable when this returns. Throws `disk_full` or `store_failed` where that could not be done, and
   * whatever `work` throws: nothing is written then. Not nested.
   */
  transaction<T>(work: (writes: RunStoreWrites) => T): T;
  /**
   * Removes a bounded part of what is beyond `keep`, oldest finished run first; true while there is more to remove. Throws as
   * `transaction` does.
   */
  prune(keep: RunsKept): boolean;
  /** Tells what scenarios took, for `expectedMs`. Best effort: what cannot be written at once is dropped. */
  learnDurations(learned: LearnedDuration[]): void;
  close(): void;
}

/** Of a run whose pruning has begun what is gone throws `not_found`, or is missing where there may be none: ask for the run again. */
export interface RunStoreReads {
  run(run: RunId): StoredRun | null;
  /** Newest first. */
  runs(limit: number): StoredRun[];
  /** Oldest first. */
  unfinishedRuns(): StoredRun[];
  shard(run: number, place: ShardPlace): StoredShard | null;
  activeShards(run: number): StoredShard[];
  /** Longest expected first, then in the plan's order. */
  waitingShards(run: number, limit: number): StoredShard[];
  waitingCount(run: number): number;
  /** In the plan's order. */
  shardsOfScenario(run: number, scenario: number): StoredShard[];
  head(run: number, place: ShardPlace): ShardHead;
  /** As JSON: the `PlannedScenario` with the shard's own steps. */
  plan(run: number, place: ShardPlace): string;
  headAndPlan(run: number, place: ShardPlace): ShardPlan;
  /** Null for a scenario that is one shard. */
  slicedScenario(run: number, scenario: number): SlicedScenario | null;
  /** The numbers of the attempt's frames, ascending. */
  frameSeqs(run: number, place: ShardPlace, attempt: number): number[];
  frame(key: FrameKey): StepResult[];
  /** Events as they were written together, among them the one that contains the cursor after `cursor`; or else the run's last ones. */
  eventsAfter(run: number, cursor: number): StoredEvent[];
  agent(agent: AgentId): StoredAgent | null;
  /** Milliseconds each scenario took in earlier runs, recent ones weigh most; null where nothing is known. */
  expectedMs(scenarios: ScenarioId[]): (number | null)[];
}

export interface RunStoreWrites {
  /** Makes the grid's identity if the store has none, and counts its epochs (rule 2). */
  beginEpoch(newGrid: GridId): Epoch;
  putAgent(agent: StoredAgent): void;
  /** Returns its ordinal. */
  addRun(run: Omit<StoredRun, 'ordinal'>): number;
  putRun(run: StoredRun): void;
  addShard(shard: StoredShard, plan: ShardPlan): void;
  putShard(shard: StoredShard): void;
  putSlicedScenario(run: number, scenario: number, sliced: SlicedScenario): void;
  /** The same frame again changes nothing. */
  addFrame(frame: StoredFrame): void;
  /** In their order; read as they were written: few together, but more than one. */
  addEvents(run: number, events: StoredEvent[]): void;
  readonly spans: SpanStoreWrites;
}

export interface StoredRun {
  ordinal: number;
  run: RunId;
  suites: StoredSuite[];
  state: Exclude<RunState, 'interrupted'>;
  /** Why, for people; null unless cancelled. */
  cancelling: string | null;
  traceMode: TraceMode;
  /** As `RunRecord` has it. */
  traceUrl: string | null;
  submittedAtMs: number;
  finishedAtMs: number | null;
  scenarioCount: number;
  stepCount: number;
  scenarios: OutcomeCounts;
  steps: OutcomeCounts;
  /** Of its last event. */
  cursor: number;
}

/** `blob`: the `PlannedSuite` as JSON. */
export interface StoredSuite {
  name: string;
  file: string;
  blob: Sha256;
}

export interface StoredShard {
  run: number;
  place: ShardPlace;
  expectedMs: number;
  shard: Shard;
}

/** What is known of a scenario of several shards; complete when `openCount` is 0. */
export interface SlicedScenario {
  openCount: number;
  hasStarted: boolean;
  /** Of the slices so far, the one that decides. */
  verdict: Verdict | null;
  flaky: boolean;
  durationMs: number;
  waitedMs: number;
  serviceLogs: ServiceLog[];
}

export interface FrameKey {
  run: number;
  place: ShardPlace;
  attempt: number;
  seq: number;
}

export interface StoredFrame extends FrameKey {
  results: StepResult[];
}

/** What a `RunEvent` is made from; a frame stands for its results, with as many cursors. */
export type StoredEvent = { cursor: number } & (
  | { kind: 'run_started' | 'run_finished' }
  | { kind: 'scenario_started'; place: ShardPlace; attempt: number; agent: AgentId; host: string }
  | { kind: 'frame'; place: ShardPlace; attempt: number; seq: number }
  | { kind: 'scenario_retried'; place: ShardPlace; attempt: number; verdict: Verdict }
  | { kind: 'scenario_finished'; scenario: number }
);

/** What must outlive a coordinator of an agent that once said hello. */
export interface StoredAgent {
  agent: AgentId;
  /** The highest one seen. */
  boot: number;
  /** Attempts whose death it never proved: it gets no work until it did (rule 17). */
  unproven: AttemptRef[];
}

export interface RunsKept {
  runs: number;
  bytes: number;
}

export interface LearnedDuration {
  scenario: ScenarioId;
  durationMs: number;
}
