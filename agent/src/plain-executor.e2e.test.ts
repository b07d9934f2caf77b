import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { openDocker } from './adapters/docker/docker-runtime.ts';
import { createPlainExecutor } from './plain-executor.ts';
import { stepExecutorContract } from './step-executor.contract.ts';

const randomHex = (length: number): string => randomBytes(length).toString('hex').slice(0, length);

stepExecutorContract('plain exec on Docker', async () => {
  const runtime = await openDocker({
    environment: process.env,
    homeDirectory: homedir(),
    clock: systemClock,
  });
  return {
    executor: createPlainExecutor({
      containers: runtime.containers,
      clock: systemClock,
      ids: { random: randomHex },
    }),
    runtime,
    image: 'cleangrid-test/busybox:latest',
    prefix: `cleangrid-test-${randomHex(8)}`,
    subnet: (index) => `10.198.${index}.0/24`,
  };
});
