/** `npm run bench -- ping-pong`: what NATS and gRPC carry at most, the ceiling for `pipeline`. */

import type { Benchmark } from './harness/benchmark.ts';
import { measureCeiling } from './ping-pong/measure-ceiling.ts';

const stepCount = 100_000;

export const benchmark: Benchmark = async () => {
  const rows = [];
  for (const stepsPerShard of [1, 10, 50]) {
    const measured = await measureCeiling({ stepCount, stepsPerShard });
    const perStep = (cpuSeconds: number): number => (cpuSeconds * 1e6) / stepCount;
    rows.push({
      'steps per shard': stepsPerShard,
      'steps/s': stepCount / measured.seconds,
      'coordinator µs/step': perStep(measured.coordinatorCpuSeconds),
      'agents µs/step': perStep(measured.agentsCpuSeconds),
      'nats-server µs/step': perStep(measured.natsCpuSeconds),
    });
  }
  return { rows, targets: [] };
};
