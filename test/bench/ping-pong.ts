/** `npm run bench -- ping-pong`: what NATS and gRPC carry at most, the ceiling for `pipeline`. */

import type { Benchmark } from './harness/benchmark.ts';
import { measurePipeline, pingPong } from './pipeline/measure-pipeline.ts';

const stepCount = 100_000;

export const benchmark: Benchmark = async () => {
  const rows = [];
  for (const stepsPerShard of [1, 10, 50]) {
    const plan = { scenarioCount: stepCount / stepsPerShard, stepsPerShard };
    const measured = await measurePipeline(plan, { grid: pingPong });
    const perStep = (cpuSeconds: number): number => (cpuSeconds * 1e6) / stepCount;
    rows.push({
      'steps per shard': stepsPerShard,
      'steps/s': stepCount / measured.seconds,
      'coordinator µs/step': perStep(measured.coordinator.cpuSeconds),
      'agents µs/step': perStep(measured.agents.cpuSeconds),
      'nats-server µs/step': perStep(measured.natsCpuSeconds),
    });
  }
  return { rows, targets: [] };
};
