/** A scenario run on a lease that a script answers: what `run-scenario.ts` and `judge-failure.ts` do with it, without Docker. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { type AgentId, id, type ScenarioId, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep, SourcePlace } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { TemplateValues } from '@cleangrid/core/template.ts';
import { outcomeLabel, type Verdict } from '@cleangrid/core/verdict.ts';
import { createFailureJudge } from '../judge-failure.ts';
import type { ContainerFate, ContainerWatch } from '../pool/container-watch.ts';
import type { Lease, LeasedContainer } from '../pool/lease.ts';
import { runScenario } from '../run-scenario.ts';
import type { ExecCommand, ExecOutcome, OutputSink } from '../step-executor.ts';

export const place: SourcePlace = { file: 'a.toml', line: 1, column: 1 };
export const idle: Clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined };

export function step(name: string, change: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: id<StepId>(name),
    name,
    phase: 'steps',
    in: null,
    command: { kind: 'argv', argv: [[name]] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 1000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'codes', codes: [0], source: null }, stdout: [], stderr: [], duration: [] },
    source: place,
    ...change,
  };
}

export function scenario(steps: PlannedStep[]): PlannedScenario {
  return {
    id: id<ScenarioId>('s'),
    suite: 0,
    name: 's',
    tags: [],
    services: [],
    image: 'i',
    order: 'sequential',
    timeoutMs: 60_000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps,
    source: place,
  };
}

export type Script = (
  command: ExecCommand,
  output: OutputSink,
  signal: AbortSignal,
) => Promise<ExecOutcome> | ExecOutcome;

/** What a command that ended with `code` answers. */
export const exited = (code: number): ExecOutcome => ({
  kind: 'exited',
  exit: { kind: 'code', code },
  durationMs: 1,
  evidence: null,
});

/** Programs are named in argv[0]: `fail` exits 1, everything else 0. */
const programs: Script = ({ argv }) => exited(argv[0]?.startsWith('fail') ? 1 : 0);

export interface Setting {
  script?: Script;
  fate?: ContainerFate;
  clock?: Clock;
  signal?: AbortSignal;
  services?: TemplateValues['services'];
}

export interface ScriptedEnd {
  verdict: Verdict;
  /** `step: outcome (reason)`, in the order they were reported. */
  outcomes: string[];
  results: StepResult[];
  commands: ExecCommand[];
  tainted: boolean;
}

/** A lease of one container, whose commands the script answers. */
export function scriptedLease(script: Script, release: Lease['release'] = () => undefined): Lease {
  const session: LeasedContainer['session'] = {
    run: async (command, output, signal) => script(command, output, signal),
    kind: 'none',
    tunnels: null,
    close: async () => undefined,
  };
  const limits = { memoryBytes: null, cpus: null, pids: null };
  const container: LeasedContainer = {
    id: 'c',
    service: null,
    session,
    executor: 'plain',
    limits,
    startedAtMs: 0,
  };
  return {
    agent: id<AgentId>('a'),
    containers: [container],
    reused: false,
    facts: new Map(),
    container: () => container,
    workspaceFile: async () => new Uint8Array(),
    serviceLogs: async () => [],
    renew: () => undefined,
    release,
  };
}

export function watchThatSees(fate: ContainerFate): ContainerWatch {
  return {
    fateOf: async () => fate,
    metMemoryLimit: async () => false,
    adopt: () => undefined,
    isKnownToRun: () => false,
    forget: () => undefined,
    stop: async () => undefined,
  };
}

export async function run(steps: PlannedStep[], setting: Setting = {}): Promise<ScriptedEnd> {
  const { script = programs, fate = { kind: 'running' }, clock = idle, services = new Map() } = setting;
  const commands: ExecCommand[] = [];
  const lease = scriptedLease((command, output, signal) => {
    commands.push(command);
    return script(command, output, signal);
  });
  const judge = createFailureJudge({ lease, watch: watchThatSees(fate) });
  const results: StepResult[] = [];
  const context = {
    clock,
    lease,
    trace: null,
    judge: judge.judge,
    keep: () => undefined,
    values: { captures: new Map(), services },
  };
  const report = {
    preparing: () => undefined,
    started: () => undefined,
    stepStarted: () => undefined,
    stepFinished: (result: StepResult) => void results.push(result),
    spanEnded: () => undefined,
    spansArrived: () => undefined,
  };
  const planned = scenario(steps);
  const verdict = await runScenario(
    { scenario: planned, context, report },
    setting.signal ?? new AbortController().signal,
  );
  const outcomes = results.map((result) => `${result.step}: ${outcomeLabel(result.verdict)}`);
  return { verdict, outcomes, results, commands, tainted: judge.taint() !== null };
}

export const label = (verdict: Verdict): string => outcomeLabel(verdict);
