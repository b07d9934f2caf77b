/**
 * A run of steps that do nothing on a grid of processes: a coordinator, two agents, a real nats-server; this process submits and watches as the
 * command line does.
 */

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { id, type RunId, type ScenarioId } from '@cleangrid/core/ids.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { version } from '@cleangrid/core/version.ts';
import { GrpcRunService } from '@cleangrid/proto/adapters/grpc-run-service.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { installedCommand } from '../harness/installed-command.ts';
import { processCpuSeconds } from '../harness/measure.ts';
import { percentile } from '../harness/statistics.ts';
import { type BenchPlan, benchScenarios, benchSuite } from './bench-plan.ts';

export interface PipelineMeasurement {
  /** From the submission to the last event. */
  seconds: number;
  firstResultMs: number;
  /** From the moment that a scenario was handed over to its verdict at the watcher. */
  p50Ms: number;
  p95Ms: number;
  coordinator: ProcessCost;
  /** Of both together, and the larger peak. */
  agents: ProcessCost;
  natsCpuSeconds: number;
}

/** What is measured. */
export interface BenchGrid {
  /** A coordinator's program and arguments; it says where it is `listening on`. */
  coordinator(parts: {
    natsUrl: string;
    directory: string;
    otlp: string[];
  }): Promise<[program: string, ...args: string[]]>;
  /** Called with its name, the coordinator's address and that of nats-server. */
  agentProgram: string;
}

/** As users install it, by its launcher, which says how its heap may grow: from its sources it takes 20 MB more. */
export const product: BenchGrid = {
  coordinator: async ({ natsUrl, directory, otlp }) => [
    await installedCommand(),
    'coordinator',
    '--listen',
    '127.0.0.1:0',
    '--nats',
    natsUrl,
    '--state-dir',
    directory,
    ...otlp,
  ],
  agentProgram: join(import.meta.dirname, 'no-op-agent.ts'),
};

/** The ceiling: the same messages, and nothing behind them. */
export const pingPong: BenchGrid = {
  coordinator: async ({ natsUrl }) => [
    process.execPath,
    join(import.meta.dirname, '../ping-pong/coordinator-process.ts'),
    natsUrl,
  ],
  agentProgram: join(import.meta.dirname, '../ping-pong/agent-process.ts'),
};

export interface TracedPipeline {
  traceMode: TraceMode;
  /** Where the coordinator sends spans; null: nowhere. */
  endpoint: string | null;
  /** Called once, when the first results are there. */
  begun?(): void;
  /** Waited for after the run, before memory is looked at. */
  delivered?(): Promise<void>;
}

export const untraced: TracedPipeline = { traceMode: 'off', endpoint: null };

export interface ProcessCost {
  cpuSeconds: number;
  peakMebibytes: number;
}

const agentCount = 2;

export async function measurePipeline(
  plan: BenchPlan,
  { traced = untraced, grid = product }: { traced?: TracedPipeline; grid?: BenchGrid } = {},
): Promise<PipelineMeasurement> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-bench-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const nats = await startNatsServer();
  opened.defer(() => nats.close());
  const otlp = traced.endpoint === null ? [] : ['--otlp-endpoint', traced.endpoint];
  const { coordinator, address } = await startCoordinator(
    ...(await grid.coordinator({ natsUrl: nats.url, directory, otlp })),
  );
  opened.defer(() => end(coordinator));
  const agents = Array.from({ length: agentCount }, (_, index) =>
    fork(grid.agentProgram, [`agent-${index}`, address, nats.url]),
  );
  opened.defer(async () => void (await Promise.all(agents.map(end))));
  const runs = new GrpcRunService(
    { address, introduction: { version, token: null }, tls: null },
    systemClock,
  );
  opened.defer(() => runs.close());
  await ready(runs);
  const pids = [coordinator, ...agents, nats].map(({ pid = 0 }) => pid);
  await quiet(pids);
  const cpuBefore = pids.map(processCpuSeconds);
  const times = await runThrough(runs, plan, traced);
  await traced.delivered?.();
  const cpu = pids.map((pid, index) => processCpuSeconds(pid) - (cpuBefore[index] ?? 0));
  const [coordinatorCpu = 0, ...others] = cpu;
  return {
    ...times,
    coordinator: { cpuSeconds: coordinatorCpu, peakMebibytes: await peakMebibytes(coordinator) },
    agents: {
      cpuSeconds: others.slice(0, agentCount).reduce((sum, seconds) => sum + seconds, 0),
      peakMebibytes: Math.max(...(await Promise.all(agents.map(peakMebibytes)))),
    },
    natsCpuSeconds: others[agentCount] ?? 0,
  };
}

async function startCoordinator(
  program: string,
  ...args: string[]
): Promise<{ coordinator: ChildProcess; address: string }> {
  const coordinator = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const text of coordinator.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(text);
    const [, address] = /listening on (\S+)/u.exec(said) ?? [];
    if (address !== undefined) return { coordinator, address };
  }
  throw new Error(`the coordinator did not start: ${said}`);
}

async function ready(runs: GrpcRunService): Promise<void> {
  for (;;) {
    const agents = await runs.agents();
    if (agents.filter(({ state }) => state === 'ready').length === agentCount) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What starts with the processes, threads and their code, is not part of a run. */
async function quiet(pids: number[]): Promise<void> {
  const cpuSeconds = (): number => pids.reduce((sum, pid) => sum + processCpuSeconds(pid), 0);
  for (let tries = 0; tries < 50; tries += 1) {
    const before = cpuSeconds();
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (cpuSeconds() - before <= 0.03) return;
  }
  throw new Error('the grid does not come to rest');
}

type Times = Pick<PipelineMeasurement, 'seconds' | 'firstResultMs' | 'p50Ms' | 'p95Ms'>;

async function runThrough(runs: GrpcRunService, plan: BenchPlan, traced: TracedPipeline): Promise<Times> {
  const run = id<RunId>(`bench${process.hrtime.bigint()}`);
  const handedOverMs = new Map<ScenarioId, number>();
  const durations: number[] = [];
  let firstMs: number | null = null;
  const startedMs = performance.now();
  const submitted = runs.submit({
    run,
    suites: [benchSuite],
    traceMode: traced.traceMode,
    scenarios: benchScenarios(plan, (scenario) => handedOverMs.set(scenario, performance.now())),
    blobs: new Map(),
  });
  await Promise.race([submitted, begun(runs, run)]);
  for await (const event of runs.watch(run, { cursor: 0, steps: 'failures' }, new AbortController().signal)) {
    if (event.kind === 'steps_passed' && firstMs === null) {
      firstMs = performance.now() - startedMs;
      traced.begun?.();
    }
    if (event.kind !== 'scenario_finished') continue;
    durations.push(performance.now() - (handedOverMs.get(event.scenario) ?? startedMs));
    handedOverMs.delete(event.scenario);
  }
  await submitted;
  const seconds = (performance.now() - startedMs) / 1000;
  if (durations.length !== plan.scenarioCount) throw new Error(`${durations.length} scenarios ended`);
  return {
    seconds,
    firstResultMs: firstMs ?? Number.NaN,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
  };
}

/** The run can be watched. */
async function begun(runs: GrpcRunService, run: RunId): Promise<void> {
  while (!(await runs.list(1)).some((record) => record.run === run)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function peakMebibytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
