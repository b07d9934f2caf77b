/**
 * Running a command in a warm container: through the supervisor, as people do it today, and through the whole product. Absolute figures
 * depend on the machine, so the targets are ratios of what was measured in turns.
 */

import { type Ended, openWays, type Way, type Ways } from './exec/ways.ts';
import {
  scenarioRateOfOwnContainers,
  scenarioRateOfSharedService,
  stepRateOfOneScenario,
} from './exec/product.ts';
import type { BenchmarkReport, Target } from './harness/benchmark.ts';
import { interleave } from './harness/interleave.ts';
import { type Measurement, measure } from './harness/measure.ts';
import { median, medianRatio } from './harness/statistics.ts';

const rounds = 3;
const concurrencies = [1, 4, 8];

interface Workload {
  name: string;
  argv: string[];
  expected: Ended;
  /** Per round: so many as a way that costs 50 ms needs a second for. */
  count: number;
  /** The supervisor runs so many times as many, to be measured as long. */
  warmFactor: number;
}

const workloads: Workload[] = [
  { name: 'true', argv: ['/bin/true'], expected: { exitCode: 0, outputBytes: 0 }, count: 16, warmFactor: 20 },
  {
    name: 'echo, exit 3',
    argv: ['sh', '-c', 'echo; exit 3'],
    expected: { exitCode: 3, outputBytes: 1 },
    count: 8,
    warmFactor: 20,
  },
  {
    name: '10 ms busy',
    argv: ['sh', '-c', 'e=$(($(date +%s%N)+10000000)); while [ $(date +%s%N) -lt $e ]; do :; done'],
    expected: { exitCode: 0, outputBytes: 0 },
    count: 8,
    warmFactor: 4,
  },
  {
    name: '10 MB output',
    argv: ['head', '-c', '10000000', '/dev/zero'],
    expected: { exitCode: 0, outputBytes: 10_000_000 },
    count: 8,
    warmFactor: 1,
  },
];

type WayName = keyof Ways['ways'];

interface Cell {
  workload: Workload;
  concurrency: number;
  results: Record<WayName, Measurement[]>;
}

export async function benchmark(): Promise<BenchmarkReport> {
  const { ways, close } = await openWays();
  try {
    const cells: Cell[] = [];
    for (const workload of workloads)
      for (const concurrency of concurrencies) cells.push(await measureCell(ways, workload, concurrency));
    const throughput = await measureThroughput(ways);
    const product = await measureProduct(ways);
    return {
      rows: [...cells.flatMap(rowsOf), ...throughput.rows, ...product.rows],
      targets: [...stepTargets(cells), ...throughput.targets, ...product.targets],
    };
  } finally {
    await close();
  }
}

async function measureCell(ways: Ways['ways'], workload: Workload, concurrency: number): Promise<Cell> {
  // a container for each command costs the same whatever the command does: measured with the shortest alone
  const compared = Object.entries(ways).filter(
    ([name]) => name !== 'docker run' || workload === workloads[0],
  );
  const variants = compared.map(([name, way]) => {
    const factor = name === 'supervisor' ? workload.warmFactor : 1;
    const count = Math.max(concurrency, workload.count) * factor;
    return [name, () => measure({ count, concurrency }, () => runChecked(way, workload))] as const;
  });
  const results = await interleave(Object.fromEntries(variants), rounds);
  return { workload, concurrency, results };
}

/** A way that is fast because it does not do the work is not measured. */
async function runChecked(way: Way, { argv, expected }: Workload): Promise<void> {
  const { exitCode, outputBytes } = await way(argv);
  // some ways count Docker's frames around the output
  if (exitCode !== expected.exitCode || outputBytes < expected.outputBytes)
    throw new Error(`${argv.join(' ')}: exit code ${exitCode}, ${outputBytes} bytes`);
}

function rowsOf({ workload, concurrency, results }: Cell): BenchmarkReport['rows'] {
  return Object.entries(results).map(([way, measured]) => ({
    what: workload.name,
    way,
    'at once': concurrency,
    'p50 ms': median(measured.map(({ p50Ms }) => p50Ms)),
    'p95 ms': median(measured.map(({ p95Ms }) => p95Ms)),
    'per s': median(measured.map(({ perSecond }) => perSecond)),
    'CPU s per 1000': median(measured.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000)),
  }));
}

function stepTargets(cells: readonly Cell[]): Target[] {
  const ratio = (concurrency: number, figure: keyof Measurement): number => {
    const cell = cells.find((one) => one.workload.name === 'true' && one.concurrency === concurrency);
    if (!cell) throw new Error('invariant: every target has its cell');
    const figures = (way: WayName): number[] => cell.results[way].map((measured) => measured[figure]);
    return medianRatio(figures('supervisor'), figures('dockerode'));
  };
  return [
    atLeast('how much faster than dockerode, one at a time', 1 / ratio(1, 'p50Ms'), 30),
    atLeast('rate beside dockerode, eight at a time', ratio(8, 'perSecond'), 60),
    atLeast('how much less CPU than dockerode, one at a time', 1 / ratio(1, 'cpuSecondsPer1000'), 30),
    atLeast('how much less CPU than dockerode, eight at a time', 1 / ratio(8, 'cpuSecondsPer1000'), 30),
  ];
}

const largeOutputBytes = 200_000_000;

async function measureThroughput(ways: Ways['ways']): Promise<BenchmarkReport> {
  const megabytesPerSecond = async (way: Way): Promise<number> => {
    const started = performance.now();
    const { outputBytes } = await way(['head', '-c', String(largeOutputBytes), '/dev/zero']);
    if (outputBytes !== largeOutputBytes) throw new Error(`${outputBytes} bytes of output`);
    return largeOutputBytes / (performance.now() - started) / 1000;
  };
  const results = await interleave(
    {
      supervisor: () => megabytesPerSecond(ways.supervisor),
      'plain exec': () => megabytesPerSecond(ways['plain exec']),
    },
    rounds,
  );
  return {
    rows: Object.entries(results).map(([way, rates]) => row('200 MB output, MB/s', way, median(rates))),
    targets: [
      atLeast('throughput beside plain exec', medianRatio(results.supervisor, results['plain exec']), 0.5),
    ],
  };
}

const productRounds = 3;
const productSlots = 4;

async function measureProduct(ways: Ways['ways']): Promise<BenchmarkReport> {
  const results = await interleave(
    {
      raw: async () =>
        (await measure({ count: 1000, concurrency: 1 }, () => ways.supervisor(['true']))).perSecond,
      oneScenario: () => stepRateOfOneScenario(2000),
      sharedService: () => scenarioRateOfSharedService(500, productSlots),
      ownContainers: () => scenarioRateOfOwnContainers(12, productSlots),
    },
    productRounds,
  );
  return {
    rows: [
      row('cleangrid run, 1 scenario of 2000 steps, steps/s', 'cleangrid', median(results.oneScenario)),
      row('500 scenarios of 4 steps, scenarios/s', 'cleangrid, one service', median(results.sharedService)),
      row('scenarios of 4 steps, scenarios/s', 'a container each, dockerode', median(results.ownContainers)),
    ],
    targets: [
      atLeast(
        'rate of one scenario beside the bare supervisor',
        medianRatio(results.oneScenario, results.raw),
        0.6,
      ),
      atLeast(
        'rate of scenarios in one service beside a container each',
        medianRatio(results.sharedService, results.ownContainers),
        20,
      ),
    ],
  };
}

function row(what: string, way: string, perSecond: number): BenchmarkReport['rows'][number] {
  return { what, way, 'at once': '', 'p50 ms': '', 'p95 ms': '', 'per s': perSecond, 'CPU s per 1000': '' };
}

function atLeast(name: string, value: number, limit: number): Target {
  return { name, value, unit: 'times', bound: 'atLeast', limit };
}
