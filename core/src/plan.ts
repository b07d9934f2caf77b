/**
 * The plan: what `compile` makes of suites and everything later works on. Plain data (JSON-safe), values resolved except those that
 * exist only at run time. Durations are integer milliseconds, sizes integer bytes.
 */

import type { Expectations } from './expectation.ts';
import type { ScenarioId, ServiceName, Sha256, StepId } from './ids.ts';
import type { SpanExpectations } from './trace/span-expectations.ts';

export interface Plan {
  suites: PlannedSuite[];
  /** In the order of the files; `suite` indexes `suites`. */
  scenarios: PlannedScenario[];
}

/** Where something was written: 1-based line and column in `file` (as the user named it). */
export interface SourcePlace {
  file: string;
  line: number;
  column: number;
}

export interface PlannedSuite {
  name: string;
  description: string | null;
  version: string | null;
  file: string;
  /** SHA-256 of the suite's workspace manifest, itself a blob (`workspace.ts`). */
  workspace: Sha256;
  services: Record<ServiceName, PlannedService>;
}

export interface PlannedService {
  name: ServiceName;
  image: string;
  env: Record<string, string>;
  /** argv that replaces the image's command; null keeps it. */
  command: string[] | null;
  /** Absolute paths that are memory file systems. */
  tmpfs: string[];
  mounts: PlannedMount[];
  /** All must hold, in this order. Empty: ready as soon as it runs. */
  ready: ReadyProbe[];
  readyTimeoutMs: number;
  limits: ServiceLimits;
  isolation: Isolation;
  reset: ServiceReset;
  /** What `${services.NAME.port}` is; null where neither the suite nor the reset's strategy says one. */
  port: number | null;
  /** A container is replaced after so many leases, or when it is so old. Null: never for that reason. */
  maxUses: number | null;
  maxAgeMs: number;
  /** How many containers of it an agent may keep at most. Null: as many as the agent has slots. */
  maxContainers: number | null;
  /** How many an agent starts before a scenario asks for them, when it first hears of the suite. */
  prewarm: number;
  /** How often the ready probes are asked again of an idle container. */
  healthIntervalMs: number;
  source: SourcePlace;
}

/**
 * Who may use a service at once. `reset`: one scenario, and a reset after it. `shared`: many, each with a namespace of its own
 * (a database). `fresh`: one, and the container is used once.
 */
export type Isolation = 'reset' | 'shared' | 'fresh';

/** How a used service is brought back to a clean state. `probe`: argv of a command in the container that exits with 0 only when it is clean; null: the strategy's own check. */
export type ServiceReset = { probe: string[] | null } & (
  | {
      strategy: 'postgres.template' | 'postgres.truncate' | 'postgres.schema';
      /** What an exclusive lease finds; made by the strategy. */
      database: string;
      /** The superuser by which the strategy works. */
      user: string;
      /** Files of the workspace, run in order, once per template. */
      setup: string[];
    }
  | { strategy: 'redis.flush' | 'redis.database' }
  /** argv of the user's own command, run in the container. */
  | { strategy: 'exec'; command: string[] }
  | { strategy: 'restart' | 'recreate' | 'none' }
);

/** `source` is relative to the workspace, `target` absolute in the container. */
export interface PlannedMount {
  source: string;
  target: string;
  readOnly: boolean;
}

export type ReadyProbe =
  | { kind: 'port'; port: number }
  | { kind: 'exec'; argv: string[] }
  | { kind: 'log'; pattern: string }
  | { kind: 'http'; port: number; path: string; status: number }
  | { kind: 'health' };

export interface ServiceLimits {
  memoryBytes: number | null;
  cpus: number | null;
  pids: number | null;
}

export interface PlannedScenario {
  id: ScenarioId;
  suite: number;
  name: string;
  tags: string[];
  /** Every service that the scenario lists or a step names, sorted. */
  services: ServiceName[];
  /** Where steps without `in` run; null when every step names a service. */
  image: string | null;
  order: 'sequential' | 'independent';
  timeoutMs: number;
  /** More attempts after a `failed` one. */
  retries: number;
  /** A failure on a reused container is run once more on fresh ones, and both outcomes are reported. */
  pollutionCheck: boolean;
  /** What is expected of the spans of its final attempt; null: nothing. */
  spans: SpanExpectations | null;
  /** Setup, then steps, then teardown. */
  steps: PlannedStep[];
  source: SourcePlace;
}

export type StepPhase = 'setup' | 'steps' | 'teardown';

export interface PlannedStep {
  id: StepId;
  name: string;
  phase: StepPhase;
  /** The service to run in; null: the scenario's workspace container. */
  in: ServiceName | null;
  command: StepCommand;
  /** The scenario's environment and the step's own, merged. */
  env: Record<string, Template>;
  workdir: Template | null;
  user: string | null;
  stdin: { kind: 'text'; text: Template } | { kind: 'file'; path: string } | null;
  timeoutMs: number;
  continueOnFailure: boolean;
  /** Both streams are one, in the exact order they were written: stdout. */
  mergeOutput: boolean;
  /** What the command leaves running: `none` is killed and so ends with it, `keep` lives until the scenario ends. */
  processes: 'none' | 'keep';
  captures: Capture[];
  expect: Expectations;
  source: SourcePlace;
}

/**
 * `shell`: run by `sh -c script`. References in a script were replaced at compile time by shell variables, whose values
 * travel in `variables` and are added to the step's environment: a value never becomes code.
 */
export type StepCommand =
  | { kind: 'argv'; argv: Template[] }
  | { kind: 'shell'; script: string; variables: Record<string, Template> };

/** Text with holes that only a running scenario can fill. A plain text is a template of one string. */
export type Template = ReadonlyArray<string | Reference>;

export type Reference =
  | { kind: 'capture'; name: string }
  | { kind: 'service'; service: ServiceName; fact: ServiceFact };

/** How a step reaches a service of its lease. `host`: by which name. `url`: all of it, as clients of that service take it. */
export type ServiceFact = 'host' | 'port' | 'database' | 'url';

/** A value that later steps use as `${captures.name}`. Finding nothing fails the step with reason `capture`. */
export interface Capture {
  name: string;
  from:
    | { kind: 'stdout'; pattern: string }
    | { kind: 'stderr'; pattern: string }
    | { kind: 'json'; path: string }
    | { kind: 'exit' };
  source: SourcePlace;
}
