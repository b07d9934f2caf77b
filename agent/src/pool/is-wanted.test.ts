import { expect, test } from 'vitest';
import { isWanted, type WantedParts } from './is-wanted.ts';
import type { ListedRecord } from './pool-ledger.ts';

const nowMs = 1000;

function wanted(
  change: Partial<ListedRecord>,
  alive: boolean | ((boot: number) => boolean) = false,
  parts: Pick<WantedParts, 'hasHeirs'> = {},
): boolean {
  const record: ListedRecord = {
    container: 'c',
    kind: 'service',
    label: 'db',
    digest: 'digest',
    boot: 1,
    state: 'clean',
    holder: null,
    deadlineMs: null,
    createdAtMs: 0,
    usedAtMs: 0,
    idleUntilMs: 2000,
    expiresAtMs: 2000,
    uses: 0,
    networks: [],
    detail: '{}',
    visitors: [],
    ...change,
  };
  return isWanted(record, { isAlive: typeof alive === 'boolean' ? () => alive : alive, nowMs, ...parts });
}

test('wants what is clean until it is idle too long or too old', () => {
  expect(wanted({})).toBe(true);
  expect(wanted({ idleUntilMs: nowMs })).toBe(false);
  expect(wanted({ expiresAtMs: nowMs })).toBe(false);
});

test('does not want what is clean where nobody comes to take it over', () => {
  expect(wanted({}, false, { hasHeirs: false })).toBe(false);
  expect(wanted({}, true, { hasHeirs: false })).toBe(true);
});

test.each(['making', 'leased', 'dirty'] as const)('wants what is %s only while its life lives', (state) => {
  expect(wanted({ state, deadlineMs: 2000 }, true)).toBe(true);
  expect(wanted({ state, deadlineMs: 2000 })).toBe(false);
});

test.each([true, false])(
  'wants what a person leased until its deadline, whether its life lives: %s',
  (alive) => {
    const lease = { kind: 'lease', state: 'leased' } as const;
    expect(wanted({ ...lease, deadlineMs: nowMs + 1 }, alive)).toBe(true);
    expect(wanted({ ...lease, deadlineMs: nowMs }, alive)).toBe(false);
  },
);

test('does not want a lease that was never finished', () => {
  const lease = { kind: 'lease', state: 'making', deadlineMs: nowMs + 1 } as const;
  expect(wanted(lease, true)).toBe(true);
  expect(wanted(lease)).toBe(false);
});

test('wants what a person is in, whatever its life left, and not what they have left', () => {
  const visited = (record: Partial<ListedRecord>, alive: number[]): boolean =>
    wanted({ ...record, visitors: [7, 8] }, (boot) => alive.includes(boot));
  expect(visited({ state: 'dirty', idleUntilMs: nowMs }, [8])).toBe(true);
  expect(visited({ state: 'clean' }, [])).toBe(false);
  // Its pool has yet to give it up.
  expect(visited({ state: 'leased' }, [1])).toBe(true);
});
