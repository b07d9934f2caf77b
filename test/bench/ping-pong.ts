/** `npm run bench -- ping-pong`: what NATS and gRPC carry at most, the ceiling for `pipeline`. */

import type { Benchmark } from './harness/benchmark.ts';
import { measureCeiling } from './ping-pong/measure-ceiling.ts';

const stepCount = 50_000;

export const benchmark: Benchmark = async () => {
  const rows = [];
  for (const stepsPerShard of [1, 10, 50]) {
    const { seconds, coordinatorCpuSeconds, agentsCpuSeconds } = await measureCeiling({
      stepCount,
      stepsPerShard,
    });
    rows.push({
      'steps per shard': stepsPerShard,
      'steps/s': stepCount / seconds,
      'coordinator µs/step': (coordinatorCpuSeconds * 1e6) / stepCount,
      'agents µs/step': (agentsCpuSeconds * 1e6) / stepCount,
    });
  }
  return { rows, targets: [] };
};
