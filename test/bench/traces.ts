/** `npm run bench -- traces`: what spans cost, and whether all of a large run arrive, also at a back end that was away. */

import type { Benchmark, BenchmarkReport, Target } from './harness/benchmark.ts';
import { interleave } from './harness/interleave.ts';
import { medianRatio } from './harness/statistics.ts';
import {
  measurePipeline,
  type PipelineMeasurement,
  type TracedPipeline,
} from './pipeline/measure-pipeline.ts';
import { containerSteps, measureContainers } from './traces/measure-containers.ts';
import { type FromCounter, type SpanCounter, startSpanCounter } from './traces/span-counter.ts';

const stepCount = 100_000;
const plan = { scenarioCount: stepCount / 10, stepsPerShard: 10 };
const rounds = 3;
/** Containers take both processors, and the bound is near. */
const containerRounds = 5;
const awayMs = 60_000;

export const benchmark: Benchmark = async () => {
  const counter = await startSpanCounter();
  try {
    const noOp = await compare(
      { executor: 'no-op executor', steps: stepCount, rounds },
      {
        on: async () => stepCount / (await measureDelivered(counter)).seconds,
        off: async () => stepCount / (await measurePipeline(plan)).seconds,
      },
    );
    const containers = await compare(
      { executor: 'containers', steps: containerSteps, rounds: containerRounds },
      {
        on: () => measureContainers(counter.endpoint),
        off: () => measureContainers(null),
      },
    );
    const present = await measureDelivered(counter);
    const away = await measureDelivered(counter, awayMs);
    return {
      rows: [...noOp.rows, ...containers.rows, rowOf('100,000 steps', present), rowOf('back end away', away)],
      targets: [
        ratioTarget('no-op executor', noOp.ratio, 50),
        ratioTarget('containers', containers.ratio, 90),
        ...deliveryTargets('100,000 steps', present),
        ...deliveryTargets('back end away for 60 s', away),
      ],
    };
  } finally {
    counter.close();
  }
};

type Variants = Record<'on' | 'off', () => Promise<number>>;

async function compare(
  { executor, steps, rounds: count }: { executor: string; steps: number; rounds: number },
  variants: Variants,
): Promise<{ rows: BenchmarkReport['rows']; ratio: number }> {
  const { on, off } = await interleave(variants, count);
  const rows = on.map((rate, round) => ({
    what: executor,
    steps,
    'on steps/s': rate,
    'off steps/s': off[round] ?? Number.NaN,
    emitted: '–',
    arrived: '–',
    'coordinator MiB': '–',
  }));
  return { rows, ratio: medianRatio(on, off) };
}

type Delivered = PipelineMeasurement & { told: FromCounter };

/** `goneMs`: the back end goes away with the first results, for so long. */
async function measureDelivered(counter: SpanCounter, goneMs = 0): Promise<Delivered> {
  await counter.ask('forget');
  let isBack = Promise.resolve();
  let told: FromCounter | null = null;
  const traced: TracedPipeline = {
    traceMode: 'linked',
    endpoint: counter.endpoint,
    begun() {
      if (goneMs > 0) isBack = stayAway(counter, goneMs);
    },
    async delivered() {
      await isBack;
      told = await counter.whole();
    },
  };
  const measured = await measurePipeline(plan, { traced });
  if (told === null) throw new Error('nothing was delivered');
  return { ...measured, told };
}

async function stayAway(counter: SpanCounter, goneMs: number): Promise<void> {
  await counter.ask('go away');
  await new Promise((resolve) => setTimeout(resolve, goneMs));
  await counter.ask('come back');
}

function rowOf(what: string, { seconds, told, coordinator }: Delivered): BenchmarkReport['rows'][number] {
  return {
    what,
    steps: stepCount,
    'on steps/s': stepCount / seconds,
    'off steps/s': '–',
    emitted: told.root?.emitted ?? Number.NaN,
    arrived: told.spans,
    'coordinator MiB': coordinator.peakMebibytes,
  };
}

function ratioTarget(executor: string, ratio: number, limit: number): Target {
  const name = `steps/s with spans beside without, ${executor}`;
  return { name, value: ratio * 100, unit: '%', bound: 'atLeast', limit };
}

function deliveryTargets(what: string, { told, coordinator }: Delivered): Target[] {
  const missing = (told.root?.emitted ?? Number.NaN) - told.spans;
  return [
    { name: `spans that did not arrive, ${what}`, value: missing, unit: 'spans', bound: 'atMost', limit: 0 },
    {
      name: `peak memory of the coordinator, ${what}`,
      value: coordinator.peakMebibytes * 1.048576,
      unit: 'MB',
      bound: 'atMost',
      limit: 200,
    },
  ];
}
