import type { ExecutorKind } from '@cleangrid/core/result.ts';
import { expect, test } from 'vitest';
import type { StepSession } from '../step-executor.ts';
import { adoptContainer } from './adopt-container.ts';
import type { Instance } from './instance.ts';
import type { PoolRecord } from './pool-ledger.ts';
import type { StartParts } from './start-container.ts';

const instance = { name: 'c', service: null, networks: new Map() } as unknown as Instance;
const record = { detail: JSON.stringify({ startedAtMs: 1, networks: [] }) } as PoolRecord;

/** The agent runs steps by the supervisor; the container was made when somebody ran them in that way. */
async function adopt(opened: ExecutorKind): Promise<{ kind: string; closed: number }> {
  let closed = 0;
  const session = { kind: opened, close: async () => void (closed += 1) } as unknown as StepSession;
  const parts = {
    runtime: { containers: { get: async () => ({ id: 'c', upperDirectory: null }) } },
    watch: { adopt: () => undefined, fateOf: async () => ({ kind: 'running' }) },
    executor: { kind: 'supervisor', open: async () => session },
  } as unknown as StartParts;
  const { kind } = await adoptContainer(parts, { instance, record }, new AbortController().signal);
  return { kind, closed };
}

test('takes a container over in which steps run as in a new one', async () => {
  expect(await adopt('supervisor')).toEqual({ kind: 'adopted', closed: 0 });
});

test('leaves a container alone in which steps would run in another way', async () => {
  expect(await adopt('plain')).toEqual({ kind: 'unusable', closed: 1 });
});
