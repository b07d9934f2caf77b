import { containerRuntimeContract } from '../container-runtime.contract.ts';
import { contractCommands, contractPrograms } from '../contract/contract-commands.ts';
import { createFakeRuntime } from './fake-runtime.ts';
import { virtualClock } from './virtual-clock.ts';

containerRuntimeContract('fake', async () => ({
  runtime: createFakeRuntime({
    clock: virtualClock(),
    images: { busybox: { id: 'sha256:0', command: contractCommands.idle.argv } },
    programs: contractPrograms,
  }),
  image: 'busybox',
  prefix: 'cleangrid-test',
  subnet: (index) => `10.0.${index}.0/24`,
}));
