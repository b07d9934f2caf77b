import { contractCommands, contractPrograms } from './contract/contract-commands.ts';
import { createFakeRuntime } from './fake/fake-runtime.ts';
import { virtualClock } from './fake/virtual-clock.ts';
import { createPlainExecutor } from './plain-executor.ts';
import { stepExecutorContract } from './step-executor.contract.ts';

stepExecutorContract('plain exec on the fake', async () => {
  const clock = virtualClock();
  const runtime = createFakeRuntime({
    clock,
    images: { busybox: { id: 'sha256:0', command: contractCommands.idle.argv } },
    programs: contractPrograms,
  });
  const ids = { random: (length: number) => 'x'.repeat(length) };
  return {
    executor: createPlainExecutor({ containers: runtime.containers, clock, ids }),
    runtime,
    image: 'busybox',
    prefix: 'cleangrid-test',
    subnet: (index) => `10.0.${index}.0/24`,
  };
});
