import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import type { FakeProgram } from '@cleangrid/agent/fake/fake-process.ts';
import { createFakeRuntime } from '@cleangrid/agent/fake/fake-runtime.ts';
import { virtualClock } from '@cleangrid/agent/fake/virtual-clock.ts';
import { heldLeaseLookMs } from '@cleangrid/core/limits.ts';
import { expect, test, vi } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { type FakePool, fakePool } from '../fake/fake-pool.ts';
import { machineContainer } from '../fake/machine-container.ts';
import { leaseCommand, leaseListCommand, leaseRemoveCommand, leaseRenewCommand } from './lease.ts';

const nowMs = fakeContext().clock.nowMs();
const leases = [1, 2, 3].map((minutes) =>
  machineContainer({
    container: `lease-${minutes}`,
    label: 'redis:7',
    kind: 'lease',
    state: 'leased',
    deadlineMs: nowMs + minutes * 60_000,
  }),
);

const programs: Record<string, FakeProgram> = {
  stays: () => new Promise(() => undefined),
  fails: async () => 3,
};

interface Opened {
  pool: FakePool;
  context: ReturnType<typeof fakeContext>;
  host: ContainerRuntime;
}

/** `failing`: the leases whose containers end by themselves. */
async function open(held = leases, failing: readonly string[] = []): Promise<Opened> {
  const host = createFakeRuntime({
    clock: virtualClock(),
    images: { i: { id: 'i', command: ['stays'] } },
    programs: ([program]) => programs[program ?? ''] ?? null,
  });
  for (const { container } of held) {
    const command = [failing.includes(container) ? 'fails' : 'stays'];
    await host.containers.create({ name: container, image: 'i', labels: {}, command });
    await host.containers.start(container);
  }
  const pool = fakePool(held, { host });
  return { pool, context: fakeContext({ pool }), host };
}

/** With the look that is taken after the start. */
async function lease({ context }: Opened): Promise<number> {
  const wanted = { image: 'redis:7', command: ['redis-server'] };
  const leasing = leaseCommand(wanted, { ttl: 60_000, env: { a: 'b' } }, context);
  await vi.waitFor(() => expect(context.terminal.out.text()).toBe('lease-1\n'));
  await Promise.resolve();
  context.clock.advance(heldLeaseLookMs);
  return leasing;
}

test('leases what is wanted, and prints nothing but its name on stdout', async () => {
  const opened = await open();
  const { pool, context } = opened;
  expect(await lease(opened)).toBe(0);
  expect(pool.asked).toEqual([
    { image: 'redis:7', command: ['redis-server'], env: { a: 'b' }, ttlMs: 60_000 },
  ]);
  expect(context.terminal.out.text()).toBe('lease-1\n');
  expect(context.terminal.err.screen()).toEqual(['pulling', 'redis:7 is yours for 1min']);
  expect(pool.isOpen()).toBe(false);
});

test('says of a lease whose container ended at once how it ended, and where its words are', async () => {
  const opened = await open(leases, ['lease-1']);
  expect(await lease(opened)).toBe(0);
  expect(opened.context.terminal.err.screen()).toEqual([
    'pulling',
    'redis:7 ended with exit code 3',
    'Next: cleangrid logs lease-1 shows what it said.',
  ]);
});

test('lists with a lease that its container has ended or was removed', async () => {
  const { context, host } = await open(leases, ['lease-1']);
  await host.containers.remove('lease-3');
  await leaseListCommand({ limit: 20, page: 1 }, context);
  expect(context.terminal.out.screen()).toEqual([
    'lease-1  redis:7  goes in 1min  ended with exit code 3',
    'lease-2  redis:7  goes in 2min',
    'lease-3  redis:7  goes in 3min  was removed',
  ]);
});

test('lists leases with the time that is left of them, page by page', async () => {
  const { context } = await open();
  expect(await leaseListCommand({ limit: 2, page: 1 }, context)).toBe(0);
  expect(await leaseListCommand({ limit: 2, page: 2 }, context)).toBe(0);
  expect(context.terminal.out.screen()).toEqual([
    'lease-1  redis:7  goes in 1min',
    'lease-2  redis:7  goes in 2min',
    'lease-3  redis:7  goes in 3min',
  ]);
  expect(context.terminal.err.screen()).toEqual(['page 1 of 2, 3 leases', 'page 2 of 2, 3 leases']);
});

test('says that nothing is leased', async () => {
  const { context } = await open([]);
  await leaseListCommand({ limit: 2, page: 1 }, context);
  expect(context.terminal.out.text()).toBe('');
  expect(context.terminal.err.text()).toContain('Nothing is leased.');
});

test('renews a lease and ends it', async () => {
  const { pool, context } = await open();
  expect(await leaseRenewCommand('lease-1', 5000, context)).toBe(0);
  expect(await leaseRemoveCommand('lease-1', context)).toBe(0);
  expect(pool.asked).toEqual([{ renew: 'lease-1', ttlMs: 5000 }, { end: 'lease-1' }]);
  expect(context.terminal.out.screen()).toEqual(['lease-1 goes in 5s', 'removed lease-1']);
});
