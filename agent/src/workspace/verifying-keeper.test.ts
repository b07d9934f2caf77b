import { expect, test } from 'vitest';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { StepSession } from '../step-executor.ts';
import type { KeptContainer } from './workspace-keeper.ts';
import { createWorkspaceKeeper } from './verifying-keeper.ts';

const neverAborted = new AbortController().signal;

function byPlainExec(): { kept: KeptContainer; fill(isUsed: boolean): Promise<unknown>; copies: string[] } {
  const copies: string[] = [];
  const containers = { copyIn: async (container: string) => void copies.push(container) };
  const runtime = { containers } as unknown as ContainerRuntime;
  const session = { kind: 'plain' } as StepSession;
  const plain = {
    keeper: createWorkspaceKeeper({ runtime, blobs: {} as never }),
    kept: { id: 'c', service: null, session, upperDirectory: null },
  };
  const fill = (isUsed: boolean): Promise<unknown> => {
    const wanted = { files: [], isUsed, isInUse: () => false };
    return plain.keeper.fill(plain.kept, wanted, neverAborted);
  };
  return { kept: plain.kept, copies, fill };
}

test('copies the files into a new container where steps run by plain exec', async () => {
  const { fill, copies } = byPlainExec();
  expect(await fill(false)).toEqual({ kind: 'clean' });
  expect(copies).toEqual(['c']);
});

test('has a container replaced that was used where steps run by plain exec', async () => {
  const { fill, copies, kept } = byPlainExec();
  expect(await fill(true)).toMatchObject({ kind: 'replace' });
  expect(copies).toEqual([]);
  const keeper = createWorkspaceKeeper({ runtime: {} as never, blobs: {} as never });
  expect(await keeper.clean(kept, neverAborted)).toMatchObject({ kind: 'replace' });
});
