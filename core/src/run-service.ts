/** The port between the CLI and a coordinator: called directly in one process, by gRPC on a grid. */

import type { FailedCheck } from './expectation.ts';
import type { AgentId, RunId, ScenarioId, Sha256, ShardId, StepId } from './ids.ts';
import type { PlannedScenario, PlannedSuite, SourcePlace, StepPhase } from './plan.ts';
import type { PoolCount } from './protocol.ts';
import type { ExecutorKind, ServiceLog, StepResult } from './result.ts';
import { type ScenarioHead, scenarioHead } from './scenario-head.ts';
import type { SpanExpectations } from './trace/span-expectations.ts';
import type { TraceMode } from './trace/trace-mode.ts';
import type { OutcomeCounts, Verdict } from './verdict.ts';

export interface RunService {
  /** Resolves after the whole plan is committed (rule 1). The same run id again is the same run. */
  submit(submission: Submission): Promise<void>;
  /** Events that were, then live ones until `run_finished`. A lost watch resumes with the last cursor it saw. */
  watch(run: RunId, wanted: Watched, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Resolves when the wish is committed; the run ends when its processes are dead. */
  cancel(run: RunId, message: string): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<RunRecord[]>;
  /** Throws `not_found`. */
  get(run: RunId): Promise<RunRecord>;
  /** Every scenario of the run with all its steps, in the plan's order; bounded memory, whatever the size. */
  scenarios(run: RunId): AsyncIterable<ScenarioRecord>;
  /**
   * The run's spans as they arrived, its root first; bounded memory, whatever the number. `scenario`: only of that one, by its place in the
   * plan, and the root. Nothing where none are recorded.
   */
  spans(run: RunId, scenario: number | null): AsyncIterable<RunSpans>;
  /** Every agent that is connected, or expected back; by name. */
  agents(): Promise<AgentRecord[]>;
}

export interface Submission {
  run: RunId;
  suites: PlannedSuite[];
  traceMode: TraceMode;
  /** In chunks of bounded size; work on a chunk may begin when it is committed. */
  scenarios: Iterable<SubmittedScenario[]> | AsyncIterable<SubmittedScenario[]>;
  /** Bytes of a workspace manifest or file, asked for only where the coordinator has no such blob. */
  blobs: ReadonlyMap<Sha256, () => Promise<Uint8Array>>;
}

export interface Watched {
  /** Of the last event that is known; 0: from the first. */
  cursor: number;
  /** `every`: each step that passed has a `step_finished`, with its output. `failures`: a `steps_passed` tells of several. */
  steps: 'every' | 'failures';
}

/** What the coordinator reads of a scenario, and beside it what it only carries. */
export interface SubmittedScenario {
  head: ScenarioHead;
  /** The `PlannedScenario`: written by the client and read by the agent, it is carried and stored as it is in between. */
  json: string;
  /** The same, opened, where it may be cut into slices; else null. */
  sliceable: PlannedScenario | null;
}

export function submitted(planned: PlannedScenario): SubmittedScenario {
  const head = scenarioHead(planned);
  return { head, json: JSON.stringify(planned), sliceable: head.isSliceable ? planned : null };
}

/** `interrupted`: in the history of ended processes only; its coordinator died, and nobody works on it. */
export type RunState = 'submitting' | 'running' | 'finished' | 'interrupted';

export interface RunRecord {
  run: RunId;
  suites: string[];
  state: RunState;
  cancelling: boolean;
  traceMode: TraceMode;
  /** Where its traces can be looked at, as `trace-url.ts` reads it; null where nobody said. */
  traceUrl: string | null;
  submittedAtMs: number;
  finishedAtMs: number | null;
  scenarioCount: number;
  stepCount: number;
  scenarios: OutcomeCounts;
  steps: OutcomeCounts;
}

export interface AgentRecord {
  agent: AgentId;
  host: string;
  /**
   * `absent`: its connection is lost and it may come back. `unproven`: it gets no work until it has proved that what was cancelled is dead.
   * `troubled`: its Docker daemon did not answer or its disk was full; while another is well it is only tried from time to time.
   */
  state: 'ready' | 'connecting' | 'absent' | 'unproven' | 'troubled';
  slots: number;
  /** Attempts that it was given and that have not ended; of these `running` ones have begun. */
  held: number;
  running: number;
  /** That these attempts belong to, oldest first. */
  runs: RunId[];
  /** Null for one that this coordinator has not seen since its own start. */
  executor: ExecutorKind | null;
  version: string | null;
  /** What its pool held when it last told; by label. */
  pool: PoolCount[];
}

/** A scenario as planned, with what became of it: the one record that reports, `show` and history are made from. */
export interface ScenarioRecord {
  id: ScenarioId;
  suite: string;
  file: string;
  name: string;
  tags: string[];
  source: SourcePlace;
  /** Null while it is not finished. */
  verdict: Verdict | null;
  flaky: boolean;
  durationMs: number;
  waitedMs: number;
  attempts: AttemptRecord[];
  /** What is expected of the spans of its final attempt; null: nothing. */
  spanExpectations: SpanExpectations | null;
  /** Of the final attempt; in the order of the plan. */
  steps: StepRecord[];
  /** Expectations of the scenario as a whole that its final attempt did not meet: those on its spans. */
  failedChecks: FailedCheck[];
  serviceLogs: ServiceLog[];
}

/** `verdict` is null while it runs, or where the attempt was lost. */
export interface AttemptRecord {
  shard: ShardId;
  attempt: number;
  agent: AgentId;
  host: string;
  /** Only in containers that nobody used before: it checks a failure in used ones. */
  fresh: boolean;
  state: 'assigned' | 'accepted' | 'running' | 'closed' | 'lost' | 'superseded';
  verdict: Verdict | null;
}

/** Spans that arrived together. */
export interface RunSpans {
  /** Null: of the run as a whole. */
  of: { shard: ShardId; attempt: number } | null;
  /** A `TracesData` of OTLP; less than `wireMessageBytesMax`. */
  otlp: Uint8Array;
}

export interface StepRecord {
  id: StepId;
  name: string;
  phase: StepPhase;
  source: SourcePlace;
  /** What was run, for people: the script or the quoted argv. */
  command: string;
  /** The same where a step expects the same. */
  expectDigest: string;
  /** Null while it is not finished. */
  result: StepResult | null;
}

export type RunEvent = { cursor: number } & (
  | { kind: 'run_started'; record: RunRecord }
  | {
      kind: 'scenario_started';
      scenario: ScenarioId;
      suite: string;
      name: string;
      attempt: number;
      agent: AgentId;
      host: string;
    }
  /** Live only, not replayed: the step that runs now. Carries the cursor of the event before it. */
  | { kind: 'step_started'; scenario: ScenarioId; step: StepId; name: string }
  /** Live only, like `step_started`: what the scenario waits for, in one line ("pulling postgres:15, 2 of 14 layers"). */
  | { kind: 'scenario_preparing'; scenario: ScenarioId; name: string; message: string }
  | { kind: 'step_finished'; scenario: ScenarioId; name: string; result: StepResult }
  | { kind: 'steps_passed'; scenario: ScenarioId; steps: StepId[] }
  | { kind: 'scenario_retried'; scenario: ScenarioId; name: string; attempt: number; verdict: Verdict }
  /** Without the steps of a scenario that passed: each was told of when it finished, and `scenarios` has them. */
  | { kind: 'scenario_finished'; scenario: ScenarioId; record: ScenarioRecord }
  /** Nothing can run it now: no agent, or none that fits. Live only. */
  | { kind: 'waiting'; message: string }
  /** Made by whoever watches over a network: the coordinator does not answer, and is asked again. Live only. */
  | { kind: 'away'; message: string }
  | { kind: 'run_finished'; record: RunRecord }
);
