import { systemClock } from '@cleangrid/core/system-clock.ts';
import { pino } from 'pino';
import { builtDirectory } from '../../supervisor/build.ts';
import { stepExecutorContract } from '../step-executor.contract.ts';
import { openExecutor } from './open-executor.ts';
import { openRuntime, randomHex } from './testing/supervised-stand.ts';

stepExecutorContract('the supervisor on Docker', async () => {
  const runtime = await openRuntime();
  const executor = await openExecutor({
    runtime,
    clock: systemClock,
    ids: { random: randomHex },
    logger: pino({ enabled: false }),
    architecture: (await runtime.info()).architecture,
    programs: builtDirectory,
  });
  return {
    executor,
    runtime,
    image: 'cleangrid-test/busybox:latest',
    prefix: `cleangrid-test-${randomHex(8)}`,
    subnet: (index) => `10.197.${index}.0/24`,
  };
});
