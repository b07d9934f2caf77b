/** `npm run bench -- pipeline`: what a grid carries when steps cost nothing, beside what NATS and gRPC alone carry on the same machine. */

import type { Benchmark, BenchmarkReport, Target } from './harness/benchmark.ts';
import { measureCeiling } from './ping-pong/measure-ceiling.ts';
import { measurePipeline, type PipelineMeasurement } from './pipeline/measure-pipeline.ts';

const stepCount = 100_000;

export const benchmark: Benchmark = async () => {
  const small = await measure(1_000, 10);
  const rows: BenchmarkReport['rows'] = [];
  const shares = new Map<number, number>();
  let usual = small.measured;
  for (const stepsPerShard of [1, 10, 50]) {
    const ceiling = stepCount / (await measureCeiling({ stepCount, stepsPerShard })).seconds;
    const { row, measured } = await measure(stepCount, stepsPerShard, ceiling);
    rows.push(row);
    shares.set(stepsPerShard, (stepCount / measured.seconds / ceiling) * 100);
    if (stepsPerShard === 10) usual = measured;
  }
  const large = await measure(10 * stepCount, 10);
  rows.push(small.row, large.row);
  return { rows, targets: targetsOf({ small: small.measured, usual, large: large.measured }, shares) };
};

async function measure(
  steps: number,
  stepsPerShard: number,
  ceiling: number | null = null,
): Promise<{ row: BenchmarkReport['rows'][number]; measured: PipelineMeasurement }> {
  const measured = await measurePipeline({ scenarioCount: steps / stepsPerShard, stepsPerShard });
  const { seconds, firstResultMs, p50Ms, p95Ms, coordinator, agents } = measured;
  const row = {
    steps,
    'per shard': stepsPerShard,
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
  return { row, measured };
}

function targetsOf(
  { small, usual, large }: Record<'small' | 'usual' | 'large', PipelineMeasurement>,
  shares: ReadonlyMap<number, number>,
): Target[] {
  return [
    {
      name: 'share of the ceiling at 10 per shard',
      value: shares.get(10) ?? Number.NaN,
      unit: '%',
      bound: 'atLeast',
      limit: 50,
    },
    {
      name: 'first result of 100,000 steps beside that of 1,000',
      value: usual.firstResultMs / small.firstResultMs,
      unit: 'times',
      bound: 'atMost',
      limit: 10,
    },
    {
      name: 'peak memory of the coordinator at 100,000 steps',
      value: usual.coordinator.peakMebibytes,
      unit: 'MiB',
      bound: 'atMost',
      limit: 200,
    },
    {
      name: 'peak memory of the coordinator at 1,000,000 steps beside that at 100,000',
      value: large.coordinator.peakMebibytes / usual.coordinator.peakMebibytes,
      unit: 'times',
      bound: 'atMost',
      limit: 1.3,
    },
  ];
}
