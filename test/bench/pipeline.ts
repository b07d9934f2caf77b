/** `npm run bench -- pipeline`: what a grid carries when steps cost nothing, beside what NATS and gRPC alone carry on the same machine. */

import type { Benchmark, BenchmarkReport, Target } from './harness/benchmark.ts';
import { interleave } from './harness/interleave.ts';
import { median, medianRatio } from './harness/statistics.ts';
import { measurePipeline, type PipelineMeasurement, pingPong } from './pipeline/measure-pipeline.ts';

const stepCount = 100_000;
/** What targets are about is measured more than once. */
const rounds: Record<number, number> = { 1: 1, 10: 5, 50: 1 };

interface Measured {
  rows: BenchmarkReport['rows'];
  runs: PipelineMeasurement[];
  /** Of the ceiling. */
  share: number;
}

export const benchmark: Benchmark = async () => {
  const small = await measurePipeline(planOf(1_000, 10));
  const [one, ten, fifty] = [await measure(1), await measure(10), await measure(50)];
  const large = await measurePipeline(planOf(10 * stepCount, 10));
  const alone = [
    rowOf(small, { steps: 1_000, perShard: 10 }),
    rowOf(large, { steps: 10 * stepCount, perShard: 10 }),
  ];
  return {
    rows: [...one.rows, ...ten.rows, ...fifty.rows, ...alone],
    targets: targetsOf(ten, { small, large }),
  };
};

async function measure(perShard: number): Promise<Measured> {
  const runs: PipelineMeasurement[] = [];
  const rates = await interleave(
    {
      ceiling: async () =>
        stepCount / (await measurePipeline(planOf(stepCount, perShard), { grid: pingPong })).seconds,
      pipeline: async () => {
        const run = await measurePipeline(planOf(stepCount, perShard));
        runs.push(run);
        return stepCount / run.seconds;
      },
    },
    rounds[perShard] ?? 1,
  );
  const rows = runs.map((run, round) =>
    rowOf(run, { steps: stepCount, perShard, ceiling: rates.ceiling[round] }),
  );
  return { rows, runs, share: medianRatio(rates.pipeline, rates.ceiling) };
}

function planOf(steps: number, stepsPerShard: number): Parameters<typeof measurePipeline>[0] {
  return { scenarioCount: steps / stepsPerShard, stepsPerShard };
}

function rowOf(
  { seconds, firstResultMs, p50Ms, p95Ms, coordinator, agents }: PipelineMeasurement,
  { steps, perShard, ceiling }: { steps: number; perShard: number; ceiling?: number | undefined },
): BenchmarkReport['rows'][number] {
  return {
    steps,
    'per shard': perShard,
    'steps/s': steps / seconds,
    'ceiling/s': ceiling ?? '–',
    'first ms': firstResultMs,
    'p50 ms': p50Ms,
    'p95 ms': p95Ms,
    'coordinator CPU s': coordinator.cpuSeconds,
    'coordinator MiB': coordinator.peakMebibytes,
    'agents CPU s': agents.cpuSeconds,
    'agent MiB': agents.peakMebibytes,
  };
}

function targetsOf(
  { runs, share }: Measured,
  { small, large }: Record<'small' | 'large', PipelineMeasurement>,
): Target[] {
  const peakMebibytes = median(runs.map(({ coordinator }) => coordinator.peakMebibytes));
  const firstResultMs = median(runs.map((run) => run.firstResultMs));
  return [
    {
      name: 'share of the ceiling at 10 per shard',
      value: share * 100,
      unit: '%',
      bound: 'atLeast',
      limit: 50,
    },
    {
      name: 'first result of 100,000 steps beside that of 1,000',
      value: firstResultMs / small.firstResultMs,
      unit: 'times',
      bound: 'atMost',
      limit: 10,
    },
    {
      name: 'peak memory of the coordinator at 100,000 steps',
      value: peakMebibytes * 1.048576,
      unit: 'MB',
      bound: 'atMost',
      limit: 200,
    },
    {
      name: 'peak memory of the coordinator at 1,000,000 steps beside that at 100,000',
      value: large.coordinator.peakMebibytes / peakMebibytes,
      unit: 'times',
      bound: 'atMost',
      limit: 1.3,
    },
  ];
}
