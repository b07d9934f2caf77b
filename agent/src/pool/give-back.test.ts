import { id } from '@cleangrid/core/ids.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import { noMeter } from '@cleangrid/core/metrics/meter.ts';
import { expect, test } from 'vitest';
import { idle } from '../fake/scripted-scenario.ts';
import type { Namespace } from '../reset/instance-reset.ts';
import { type GiveBackParts, giveBack } from './give-back.ts';
import type { Hold, Instance } from './instance.ts';
import { moveInstance } from './instance-state.ts';
import type { PoolBook } from './pool-book.ts';

function sharedBy(namespaces: Record<string, Namespace | null>): Instance {
  const service = { name: id('db'), isolation: 'shared', reset: { strategy: 'none' }, maxUses: null };
  const holds = Object.entries(namespaces).map(([key, namespace]): [string, Hold] => [
    key,
    { holder: key, deadlineMs: 0, namespace },
  ]);
  const made = { container: {}, reset: {} } as Instance['made'];
  const planned = service as unknown as PlannedService;
  return {
    service: planned,
    state: 'leased',
    holders: new Map(holds),
    made,
    uses: 0,
    expiresAtMs: 1,
  } as Instance;
}

function partsFor(log: string[]): GiveBackParts {
  const book: Pick<PoolBook, 'move' | 'retire' | 'visited'> = {
    visited: () => new Set(),
    move(instance, to) {
      instance.state = moveInstance(instance.state, to);
      log.push(to);
    },
    retire: (_instance, reason) => void log.push(`retired: ${reason}`),
  };
  return {
    book: book as PoolBook,
    keeper: {} as never,
    clock: idle,
    ...nothingRestarts,
    failedResets: new Map(),
    meter: noMeter,
  };
}

/** Only strategies that have no namespaces restart. */
const nothingRestarts = {
  runtime: {} as never,
  executor: {} as never,
  watch: {} as never,
  createReset: () => ({}) as never,
};

const returned = (instance: Instance, key: string) => ({ instance, key, taint: null, used: true });

test('makes a shared service ready once, however many leave it at the same moment', async () => {
  const log: string[] = [];
  const instance = sharedBy({ one: null, two: null });
  const parts = partsFor(log);
  await Promise.all(['one', 'two'].map((key) => giveBack(parts, returned(instance, key))));
  expect(log).toEqual(['ready']);
});

test('does not call a shared service clean before the last namespace is closed', async () => {
  const log: string[] = [];
  const slow = Promise.withResolvers<{ kind: 'clean' }>();
  const instance = sharedBy({
    quick: { database: 'a', close: async () => ({ kind: 'clean' }) },
    slow: { database: 'b', close: () => slow.promise },
  });
  const parts = partsFor(log);
  const closing = giveBack(parts, returned(instance, 'slow'));
  await giveBack(parts, returned(instance, 'quick'));
  expect(log).toEqual([]);
  slow.resolve({ kind: 'clean' });
  await closing;
  expect(log).toEqual(['ready']);
});

test('replaces a shared service of which a namespace cannot be closed', async () => {
  const log: string[] = [];
  const close = async () => ({ kind: 'replace' as const, reason: 'a table is locked' });
  const instance = sharedBy({ one: { database: 'a', close } });
  await giveBack(partsFor(log), returned(instance, 'one'));
  expect(log).toEqual(['retired: a table is locked']);
});
