import { agentLinkContract } from '@cleangrid/core/agent-link.contract.ts';
import { Party } from '@cleangrid/core/fake-clock.ts';
import { SimNetwork } from './sim-network.ts';
import { makeWorld } from './world.ts';

/** What the histories are made of keeps the port's contract as long as no fault is wanted. */
agentLinkContract('simulated', async (accept) => {
  const world = makeWorld(1);
  const network = new SimNetwork(world);
  network.listen(new Party('coordinator'), accept);
  const isOpen = { value: true };
  const goOn = async (): Promise<void> => {
    while (isOpen.value) await world.clock.run(() => !isOpen.value, Number.POSITIVE_INFINITY);
  };
  void goOn();
  const close = async (): Promise<void> => {
    isOpen.value = false;
  };
  return { dialer: network.dialer(new Party('agent'), 'host'), close };
});
