import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { expect, it } from 'vitest';
import { openDocker } from './adapters/docker/docker-runtime.ts';
import { createPlainExecutor } from './plain-executor.ts';
import { type ExecutorUnderTest, stepExecutorContract } from './step-executor.contract.ts';

const neverAborted = new AbortController().signal;
const randomHex = (length: number): string => randomBytes(length).toString('hex').slice(0, length);

async function open(image: string): Promise<ExecutorUnderTest> {
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
    image,
    prefix: `cleangrid-test-${randomHex(8)}`,
    subnet: (index) => `10.198.${index}.0/24`,
  };
}

stepExecutorContract('plain exec on Docker', () => open('cleangrid-test/busybox:latest'));

it('says that it cannot tell the end of a command in an image without a shell', async () => {
  const { executor, runtime, image, prefix } = await open('cleangrid-test/scratch:latest');
  const container = await runtime.containers.create({
    name: prefix,
    image,
    labels: { 'cleangrid.test': prefix },
  });
  await runtime.containers.start(container);
  const session = await executor.open(container, neverAborted);
  const argv = ['/busybox', 'sleep', '1000'];
  const command = { argv, env: {}, workdir: null, user: null, stdin: null, timeoutMs: 100 };
  const outcome = await session.run(command, () => {}, neverAborted);
  await runtime.containers.remove(container);
  expect(outcome).toMatchObject({ kind: 'timed_out', exit: null });
});
