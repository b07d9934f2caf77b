/**
 * Scenarios with a database: in warm containers that are reset, in a container each, in one that testcontainers finds again. Absolute
 * figures depend on the machine, so the targets are ratios of one run.
 */

import type { BenchmarkReport, Target } from './harness/benchmark.ts';
import { measure, machineCpuSeconds } from './harness/measure.ts';
import { watchMemory } from './harness/watch-memory.ts';
import { median, percentile } from './harness/statistics.ts';
import {
  echoInOwnContainer,
  scenarioInOwnPostgres,
  scenarioInReusedContainer,
  startOwnRedis,
} from './pool/own-containers.ts';
import {
  echoSuite,
  openSuiteFolder,
  postgresSuite,
  redisSuite,
  stepsMs,
  type SuiteFolder,
} from './pool/suites.ts';

const slots = 2;
const scenarios = 100;
/** Enough for a rate of what takes seconds. */
const ownContainers = 12;

type Row = BenchmarkReport['rows'][number];

export async function benchmark(): Promise<BenchmarkReport> {
  const own = await inOwnContainers();
  const reused = await inReusedContainer();
  const rows: Row[] = [own.row, reused];
  const targets: Target[] = [];
  for (const strategy of ['postgres.template', 'postgres.truncate', 'postgres.schema']) {
    const { row, perScenarioMs } = await withReset(strategy);
    rows.push(row);
    if (strategy === 'postgres.template')
      targets.push(atLeast('scenarios by postgres.template', own.perScenarioMs / perScenarioMs, 20));
  }
  targets.push(...(await leaseTargets(own.readyMs)), await rerunTarget(), await echoTarget());
  return { rows, targets };
}

function atLeast(name: string, value: number, limit: number): Target {
  return { name, value, unit: 'x', bound: 'atLeast', limit };
}

/** One line of the table, from what so many scenarios took. */
async function measured<T>(
  name: string,
  count: number,
  work: () => Promise<T>,
): Promise<{ result: T; row: (perScenarioMs: number) => Row; ms: number }> {
  const memory = watchMemory();
  const cpuBefore = machineCpuSeconds();
  const started = performance.now();
  const result = await work().finally(memory.stop);
  const ms = performance.now() - started;
  const cpuMs = ((machineCpuSeconds() - cpuBefore) / count) * 1000;
  const row = (perScenarioMs: number): Row => ({
    way: name,
    'ms per scenario': perScenarioMs,
    'all, with the start, s': ms / 1000,
    'CPU ms per scenario': cpuMs,
    'peak memory, MB': memory.peakBytes() / 1e6,
  });
  return { result, row, ms };
}

async function inOwnContainers(): Promise<{ row: Row; perScenarioMs: number; readyMs: number }> {
  const ready: number[] = [];
  const { ms, row } = await measured('a container per scenario', ownContainers, () =>
    measure({ count: ownContainers, concurrency: slots }, async () => {
      ready.push(await scenarioInOwnPostgres());
    }),
  );
  const perScenarioMs = ms / ownContainers;
  return { row: row(perScenarioMs), perScenarioMs, readyMs: median(ready) };
}

async function inReusedContainer(): Promise<Row> {
  process.env['TESTCONTAINERS_REUSE_ENABLE'] = 'true';
  // its reaper is an image that would have to be pulled; reused containers are never reaped
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const first = await scenarioInReusedContainer();
  try {
    const { ms, row } = await measured('testcontainers, reused', ownContainers, () =>
      measure({ count: ownContainers, concurrency: 1 }, scenarioInReusedContainer),
    );
    return row(ms / ownContainers);
  } finally {
    await first.stop();
  }
}

async function withReset(strategy: string): Promise<{ row: Row; perScenarioMs: number }> {
  const suite = postgresSuite(strategy, { count: scenarios, spare: slots });
  return inFolder(async (folder) => {
    const options = ['--slots', String(slots)];
    const { result, row } = await measured(strategy, scenarios, () => folder.run(suite, ...options));
    const perScenarioMs = stepsMs(result.report) / scenarios;
    return { row: row(perScenarioMs), perScenarioMs };
  });
}

/** With a container to spare, so that nobody waits for the reset of the one that was given back last. */
async function leaseTargets(postgresReadyMs: number): Promise<Target[]> {
  const redisReady: number[] = [];
  for (let index = 0; index < ownContainers; index++) redisReady.push(await startOwnRedis());
  const spares = { count: 50, spare: 2 };
  const postgres = await leaseMs(postgresSuite('postgres.template', spares));
  const redis = await leaseMs(redisSuite(spares));
  return [
    atLeast('a lease, postgres.template', postgresReadyMs / postgres, 20),
    atLeast('a lease, redis.flush', median(redisReady) / redis, 80),
  ];
}

function leaseMs(suite: string): Promise<number> {
  return inFolder(async (folder) => {
    const { report } = await folder.run(suite, '--slots', '1');
    return percentile(
      report.scenarios.map(({ waitedMs }) => waitedMs),
      0.5,
    );
  });
}

const rounds = 3;

/** A suite of one scenario is edited and run again, by the installed command. */
async function rerunTarget(): Promise<Target> {
  const edited = (round: number): string =>
    `${postgresSuite('postgres.template', { count: 1, spare: 1 })}\n# edit ${round}\n`;
  return inFolder(
    async (folder) => {
      const cold: number[] = [];
      for (let round = 0; round < rounds; round++) cold.push((await folder.run(edited(round))).wallMs);
      await folder.runWarm(edited(rounds));
      const warm: number[] = [];
      for (let round = 0; round < rounds; round++) warm.push((await folder.runWarm(edited(-round))).wallMs);
      await folder.run(edited(rounds));
      return atLeast('edit and run again, kept warm', median(cold) / median(warm), 4);
    },
    await openSuiteFolder({ installed: true }),
  );
}

const echoes = 50;

function echoTarget(): Promise<Target> {
  return inFolder(async (folder) => {
    const own = await measure({ count: ownContainers, concurrency: 1 }, echoInOwnContainer);
    const { report } = await folder.run(echoSuite(echoes), '--slots', '1');
    return atLeast('50 steps of echo', own.p50Ms / (stepsMs(report) / echoes), 30);
  });
}

async function inFolder<T>(work: (folder: SuiteFolder) => Promise<T>, opened?: SuiteFolder): Promise<T> {
  const folder = opened ?? (await openSuiteFolder());
  try {
    return await work(folder);
  } finally {
    await folder.remove();
  }
}
