import { randomBytes, randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { containerRuntimeContract } from '../../container-runtime.contract.ts';
import { openDocker } from './docker-runtime.ts';

containerRuntimeContract('Docker', async () => {
  const third = randomInt(0, 250);
  return {
    runtime: await openDocker({ environment: process.env, homeDirectory: homedir(), clock: systemClock }),
    image: 'cleangrid-test/busybox:latest',
    prefix: `cleangrid-test-${randomBytes(4).toString('hex')}`,
    subnet: (index) => `10.199.${third + index}.0/24`,
  };
});
