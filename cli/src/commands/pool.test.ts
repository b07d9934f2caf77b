import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { fakePool } from '../fake/fake-pool.ts';
import { machineContainer } from '../fake/machine-container.ts';
import type { MachineContainer } from '../machine-pool.ts';
import { poolCommand, poolRemoveCommand } from './pool.ts';

const nowMs = fakeContext().clock.nowMs();

const page = { limit: 20, page: 1 };

const clean = machineContainer({ container: 'c-clean' });
const leased = machineContainer({
  container: 'c-leased',
  label: 'cache',
  state: 'leased',
  holder: 'checkout',
  isHeld: true,
});
const dirty = machineContainer({ container: 'c-dirty', label: 'cache', state: 'dirty' });
const old = machineContainer({ container: 'c-old', label: 'queue', expiresAtMs: nowMs + 60_000 });
const all = [clean, leased, dirty, old];

const poolOf = (containers: readonly MachineContainer[]) => {
  const pool = fakePool(containers);
  return { pool, context: fakeContext({ pool }) };
};

test('lists what is kept, who has it, and when it goes', async () => {
  const { pool, context } = poolOf(all);
  expect(await poolCommand(page, context)).toBe(0);
  expect(context.terminal.out.screen()).toEqual([
    'db  0123456789ab  clean  uses 3  age 1min 5s  goes in 2min',
    '  c-clean',
    'cache  0123456789ab  leased  uses 3  age 1min 5s  held by checkout  goes when its run ends',
    '  c-leased',
    'cache  0123456789ab  dirty, left behind  uses 3  age 1min 5s  goes now',
    '  c-dirty',
    'queue  0123456789ab  clean  uses 3  age 1min 5s  goes in 1min',
    '  c-old',
  ]);
  expect(pool.isOpen()).toBe(false);
});

test('lists a lease with its deadline', async () => {
  const lease = machineContainer({
    container: 'l',
    kind: 'lease',
    state: 'leased',
    deadlineMs: nowMs + 5000,
  });
  const { context } = poolOf([lease]);
  await poolCommand(page, context);
  expect(context.terminal.out.screen()[0]).toBe('db  0123456789ab  leased  uses 3  age 1min 5s  goes in 5s');
});

test('says that nothing is kept', async () => {
  const { context } = poolOf([]);
  await poolCommand(page, context);
  expect(context.terminal.out.text()).toBe('No container is kept here.\n');
});

test('lists as JSON', async () => {
  const { context } = poolOf([clean, leased]);
  await poolCommand({ ...page, json: true }, context);
  const common = {
    kind: 'service',
    digest: '0123456789abcdef',
    agent: null,
    uses: 3,
    createdAt: '2025-12-31T23:58:55.000Z',
  };
  expect(JSON.parse(context.terminal.out.text())).toEqual({
    containers: [
      {
        ...common,
        container: 'c-clean',
        label: 'db',
        state: 'clean',
        isHeld: false,
        holder: null,
        goesAt: '2026-01-01T00:02:00.000Z',
      },
      {
        ...common,
        container: 'c-leased',
        label: 'cache',
        state: 'leased',
        isHeld: true,
        holder: 'checkout',
        goesAt: null,
      },
    ],
  });
});

test('removes what is named by container or service, and says what', async () => {
  const { pool, context } = poolOf(all);
  expect(await poolRemoveCommand(['c-old', 'db'], { all: false, orphans: false }, context)).toBe(0);
  expect(context.terminal.out.screen()).toEqual(['removed c-clean (db)', 'removed c-old (queue)']);
  expect(pool.list()).toEqual([leased, dirty]);
  expect(pool.isOpen()).toBe(false);
});

test('keeps what a living run has, says why, and ends with 2', async () => {
  const { pool, context } = poolOf(all);
  expect(await poolRemoveCommand([], { all: true, orphans: false }, context)).toBe(2);
  expect(context.terminal.err.text()).toBe('kept c-leased (cache): a living run has it\n');
  expect(pool.list()).toEqual([leased]);
});

test('removes nothing when one of the names is unknown', async () => {
  const { pool, context } = poolOf(all);
  await expect(
    poolRemoveCommand(['db', 'bd'], { all: false, orphans: false }, context),
  ).rejects.toMatchObject({
    code: 'bad_usage',
    message: 'the pool has no bd',
  });
  expect(pool.list()).toEqual(all);
});

test.each([
  [[], false],
  [['db'], true],
])('wants either names or --all: %j, %j', async (names, everything) => {
  const { context } = poolOf(all);
  await expect(poolRemoveCommand(names, { all: everything, orphans: false }, context)).rejects.toMatchObject({
    code: 'bad_usage',
  });
});

test('has nothing to remove where nothing is kept', async () => {
  const { context } = poolOf([]);
  expect(await poolRemoveCommand([], { all: true, orphans: false }, context)).toBe(0);
});
