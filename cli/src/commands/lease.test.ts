import { expect, test } from 'vitest';
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

function open(held = leases): { pool: FakePool; context: ReturnType<typeof fakeContext> } {
  const pool = fakePool(held);
  return { pool, context: fakeContext({ pool }) };
}

test('leases what is wanted, and prints nothing but its name on stdout', async () => {
  const { pool, context } = open();
  const wanted = { image: 'redis:7', command: ['redis-server'] };
  expect(await leaseCommand(wanted, { ttl: 60_000, env: { a: 'b' } }, context)).toBe(0);
  expect(pool.asked).toEqual([{ ...wanted, env: { a: 'b' }, ttlMs: 60_000 }]);
  expect(context.terminal.out.text()).toBe('lease-1\n');
  expect(context.terminal.err.screen()).toEqual(['pulling', 'redis:7 is yours for 1min']);
  expect(pool.isOpen()).toBe(false);
});

test('lists leases with the time that is left of them, page by page', async () => {
  const { context } = open();
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
  const { context } = open([]);
  await leaseListCommand({ limit: 2, page: 1 }, context);
  expect(context.terminal.out.text()).toBe('');
  expect(context.terminal.err.text()).toContain('Nothing is leased.');
});

test('renews a lease and ends it', async () => {
  const { pool, context } = open();
  expect(await leaseRenewCommand('lease-1', 5000, context)).toBe(0);
  expect(await leaseRemoveCommand('lease-1', context)).toBe(0);
  expect(pool.asked).toEqual([{ renew: 'lease-1', ttlMs: 5000 }, { end: 'lease-1' }]);
  expect(context.terminal.out.screen()).toEqual(['lease-1 goes in 5s', 'removed lease-1']);
});
