/** The contract of the port `ContainerRuntime`, run against the fake and against Docker. */

import { afterAll, beforeAll, describe } from 'vitest';
import { type ContainerStand, openStand, type RuntimeUnderTest } from './contract/container-stand.ts';
import { containersContract } from './contract/containers.contract.ts';
import { execContract } from './contract/exec.contract.ts';
import { filesContract } from './contract/files.contract.ts';
import { hostContract } from './contract/host.contract.ts';
import { logsContract } from './contract/logs.contract.ts';

export function containerRuntimeContract(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(`ContainerRuntime: ${name}`, () => {
    let stand: ContainerStand;
    beforeAll(async () => {
      stand = await openStand(await open());
    });
    afterAll(() => stand.close());

    const parts = { containersContract, execContract, filesContract, logsContract, hostContract };
    for (const part of Object.values(parts)) part(() => stand);
  });
}
