import { GridError } from '@cleangrid/core/errors.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { expect, test } from 'vitest';
import type { ContainerRuntime } from '../container-runtime.ts';
import { createInstanceNetworks } from './instance-networks.ts';

test('removes with the next network one that came to be although its making was not answered', async () => {
  const there: string[] = [];
  let isSlow = true;
  const networks = {
    create: async ({ name }: { name: string }) => {
      there.push(name);
      if (isSlow) throw new GridError('timed_out', 'no answer');
    },
    remove: async (name: string) => void there.splice(there.indexOf(name), 1),
  };
  const owner = { ledger: 'l', home: 'host:/state', agent: id<AgentId>('a'), boot: 1 };
  let serial = 0;
  const runtime = { networks } as unknown as ContainerRuntime;
  const pooled = createInstanceNetworks(runtime, owner, () => (serial += 1));
  await expect(pooled.ensure(new Map())).rejects.toThrow('no answer');
  isSlow = false;
  const { key, name } = await pooled.ensure(new Map());
  expect(there).toHaveLength(2);
  expect(there).toContain(name);
  await pooled.remove(key);
  expect(there).toEqual([]);
});
