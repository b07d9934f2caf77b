import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type ScenarioId, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import { outcomeLabel, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { createFailureJudge } from './judge-failure.ts';
import type { ContainerFate } from './pool/container-watch.ts';
import type { Lease, LeasedContainer } from './pool/lease.ts';
import { runScenario } from './run-scenario.ts';
import type { ExecCommand, ExecOutcome, OutputSink } from './step-executor.ts';

const place = { file: 'a.toml', line: 1, column: 1 };
const idle: Clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined };

function step(name: string, change: Partial<PlannedStep> = {}): PlannedStep {
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
    captures: [],
    expect: { exit: { kind: 'codes', codes: [0], source: null }, stdout: [], stderr: [], duration: [] },
    source: place,
    ...change,
  };
}

function scenario(steps: PlannedStep[]): PlannedScenario {
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
    steps,
    source: place,
  };
}

type Script = (
  command: ExecCommand,
  output: OutputSink,
  signal: AbortSignal,
) => Promise<ExecOutcome> | ExecOutcome;

const exited = (code: number): ExecOutcome => ({
  kind: 'exited',
  exit: { kind: 'code', code },
  durationMs: 1,
  evidence: null,
});

/** Programs are named in argv[0]: `fail` exits 1, everything else 0. */
const programs: Script = ({ argv }) => exited(argv[0]?.startsWith('fail') ? 1 : 0);

interface Setting {
  script?: Script;
  fate?: ContainerFate;
  clock?: Clock;
  signal?: AbortSignal;
}

async function run(steps: PlannedStep[], setting: Setting = {}) {
  const { script = programs, fate = { kind: 'running' }, clock = idle } = setting;
  const commands: ExecCommand[] = [];
  const session: LeasedContainer['session'] = {
    run: async (command, output, signal) => {
      commands.push(command);
      return script(command, output, signal);
    },
    endKept: async () => ({ killed: 0, proved: true }),
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
  const lease: Lease = {
    agent: id<AgentId>('a'),
    containers: [container],
    container: () => container,
    workspaceFile: async () => new Uint8Array(),
    serviceLogs: async () => [],
    release: () => undefined,
  };
  const watch = {
    fateOf: async () => fate,
    metMemoryLimit: async () => false,
    forget: () => undefined,
    stop: async () => undefined,
  };
  const judge = createFailureJudge({ lease, watch });
  const results: StepResult[] = [];
  const context = {
    clock,
    lease,
    judge: judge.judge,
    values: { captures: new Map(), serviceHosts: new Map() },
  };
  const report = {
    preparing: () => undefined,
    started: () => undefined,
    stepStarted: () => undefined,
    stepFinished: (result: StepResult) => void results.push(result),
  };
  const planned = scenario(steps);
  const verdict = await runScenario(
    { scenario: planned, context, report },
    setting.signal ?? new AbortController().signal,
  );
  const outcomes = results.map((result) => `${result.step}: ${outcomeLabel(result.verdict)}`);
  return { verdict, outcomes, results, commands, tainted: judge.tainted() };
}

const label = (verdict: Verdict): string => outcomeLabel(verdict);

test('passes when every step does', async () => {
  const { verdict, outcomes } = await run([step('one'), step('two')]);
  expect(label(verdict)).toBe('passed');
  expect(outcomes).toEqual(['one: passed', 'two: passed']);
});

test('skips what follows a failed step, but not the teardown', async () => {
  const { verdict, outcomes, tainted } = await run([
    step('fail'),
    step('later'),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'later: skipped (earlier_step)',
    'clean up: passed',
  ]);
  expect(tainted).toBe(false);
});

test('goes on after a failed step that says so, and still fails the scenario', async () => {
  const { verdict, outcomes } = await run([step('fail', { continueOnFailure: true }), step('later')]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual(['fail: failed (expectation)', 'later: passed']);
});

test('fails a scenario whose setup fails with the reason setup, and skips its steps', async () => {
  const { verdict, outcomes } = await run([
    step('fail', { phase: 'setup' }),
    step('second setup', { phase: 'setup' }),
    step('work'),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (setup)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'second setup: skipped (setup)',
    'work: skipped (setup)',
    'clean up: passed',
  ]);
});

test('fails a scenario whose teardown fails', async () => {
  const { verdict } = await run([step('work'), step('fail', { phase: 'teardown' })]);
  expect(label(verdict)).toBe('failed (expectation)');
});

test('hands captured values to later steps, as arguments and environment', async () => {
  const { commands } = await run(
    [
      step('make', {
        captures: [{ name: 'order', from: { kind: 'stdout', pattern: '\\d+' }, source: place }],
      }),
      step('use', {
        command: { kind: 'argv', argv: [['use'], ['order ', { kind: 'capture', name: 'order' }]] },
        env: { ORDER: [{ kind: 'capture', name: 'order' }] },
      }),
    ],
    {
      script: async ({ argv }, output) => {
        if (argv[0] === 'make') await output('stdout', new TextEncoder().encode('id 42\n'));
        return exited(0);
      },
    },
  );
  expect(commands[1]?.argv).toEqual(['use', 'order 42']);
  expect(commands[1]?.env).toEqual({ ORDER: '42' });
});

test('fails a step whose capture finds nothing', async () => {
  const captures = [{ name: 'order', from: { kind: 'stdout' as const, pattern: '\\d+' }, source: place }];
  const { outcomes, results } = await run([step('make', { captures })]);
  expect(outcomes).toEqual(['make: failed (capture)']);
  expect(results[0]?.failedChecks[0]).toMatchObject({ what: 'capture order', source: place });
});

test('skips a teardown that needs a value which was never captured, and still fails the scenario for its own reason', async () => {
  const captures = [{ name: 'order', from: { kind: 'stdout' as const, pattern: '\\d+' }, source: place }];
  const { verdict, outcomes } = await run([
    step('fail', { captures }),
    step('delete', { phase: 'teardown', env: { ORDER: [{ kind: 'capture', name: 'order' }] } }),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'delete: skipped (earlier_step)',
    'clean up: passed',
  ]);
});

const endings: [ExecOutcome | GridError, ContainerFate, string][] = [
  [exited(1), { kind: 'running' }, 'failed (expectation)'],
  [exited(137), { kind: 'exited', exitCode: 1 }, 'failed (service_exited), tainted'],
  [exited(137), { kind: 'oom' }, 'failed (service_oom), tainted'],
  [exited(137), { kind: 'killed', how: 'killed' }, 'broken (container_lost), tainted'],
  [exited(1), { kind: 'unknown', error: new Error('no answer') }, 'broken (daemon_unavailable), tainted'],
  [
    { kind: 'not_started', message: 'no such program', durationMs: 1, evidence: null },
    { kind: 'running' },
    'failed (command)',
  ],
  [
    { kind: 'timed_out', exit: null, durationMs: 1, evidence: null },
    { kind: 'running' },
    'failed (timeout), tainted',
  ],
  [
    new GridError('not_running', 'it stopped'),
    { kind: 'exited', exitCode: 3 },
    'failed (service_exited), tainted',
  ],
  [new GridError('not_running', 'it stopped'), { kind: 'running' }, 'broken (container_lost), tainted'],
  [new GridError('daemon_unreachable', 'gone'), { kind: 'running' }, 'broken (daemon_unavailable), tainted'],
  [new GridError('disk_full', 'no space'), { kind: 'running' }, 'broken (disk_full), tainted'],
];

test.each(endings)('blames for %j with a container %j: %s', async (ending, fate, expected) => {
  const script: Script = () => {
    if (ending instanceof GridError) throw ending;
    return ending;
  };
  const { verdict, tainted } = await run([step('work')], { script, fate });
  expect(`${label(verdict)}${tainted ? ', tainted' : ''}`).toBe(expected);
});

test('never blames a container for a step that passed', async () => {
  const { verdict } = await run([step('work')], { fate: { kind: 'exited', exitCode: 0 } });
  expect(label(verdict)).toBe('passed');
});

/** Ends when its signal aborts, as an executor does. */
const endless: Script = (_command, _output, signal) =>
  new Promise((resolve) => {
    const end = (): void => resolve({ kind: 'cancelled', exit: null, durationMs: 1, evidence: null });
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });

test("fails the step that the scenario's timeout ends, skips the rest, runs the teardown", async () => {
  let fire = (): void => undefined;
  const clock: Clock = { ...idle, after: (_delay, timer) => ((fire = timer), () => undefined) };
  const script: Script = (command, output, signal) => {
    if (command.argv[0] !== 'work') return exited(0);
    queueMicrotask(fire);
    return endless(command, output, signal);
  };
  const steps = [step('work'), step('later', {}), step('clean up', { phase: 'teardown' })];
  const { verdict, outcomes, tainted } = await run(steps, { clock, script });
  expect(label(verdict)).toBe('failed (timeout)');
  expect(outcomes).toEqual(['work: failed (timeout)', 'later: skipped (earlier_step)', 'clean up: passed']);
  expect(tainted).toBe(true);
});

test('cancels the running step and everything after it, and taints what it ran in', async () => {
  const abort = new AbortController();
  const script: Script = (command, output, signal) => {
    queueMicrotask(() => abort.abort());
    return endless(command, output, signal);
  };
  const steps = [step('work'), step('later'), step('clean up', { phase: 'teardown' })];
  const { verdict, outcomes, tainted } = await run(steps, { script, signal: abort.signal });
  expect(label(verdict)).toBe('cancelled (user)');
  expect(outcomes).toEqual([
    'work: cancelled (user)',
    'later: cancelled (user)',
    'clean up: cancelled (user)',
  ]);
  expect(tainted).toBe(true);
});
