import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { fakePool } from '../fake/fake-pool.ts';
import type { ForeignState } from '../machine-pool.ts';
import { removeOrphansCommand } from './remove-orphans.ts';

const foreign = (state: ForeignState['state'], change: Partial<ForeignState> = {}): ForeignState => ({
  ledger: state,
  home: `host:/${state}`,
  containers: [`${state}-container`],
  networks: [`${state}-network`],
  volumes: [],
  state,
  ...change,
});

function stand(...ledgers: ForeignState[]) {
  const pool = fakePool([], { foreign: ledgers });
  return { pool, context: fakeContext({ pool }) };
}

test('removes what belongs to a state directory that is gone, after saying what, and touches nothing else', async () => {
  const { pool, context } = stand(foreign('gone'), foreign('there'), foreign('unknown', { home: null }));
  expect(await removeOrphansCommand([], context)).toBe(0);
  expect(pool.asked).toEqual([{ removeForeign: 'gone' }]);
  expect(context.terminal.out.screen()).toEqual([
    'ledger gone (host:/gone) is gone: removing containers: 1, networks: 1, volumes: 0',
    '  gone-container',
    '  gone-network',
  ]);
  expect(context.terminal.err.screen()).toEqual([
    'ledger unknown (of an older version) cannot be looked at from here: kept containers: 1, networks: 1, volumes: 0',
    '  if it is gone: cleangrid pool rm --orphans unknown',
  ]);
});

test('takes the word of who names a ledger that cannot be looked at from here', async () => {
  const { pool, context } = stand(foreign('unknown'), foreign('unknown', { ledger: 'other' }));
  expect(await removeOrphansCommand(['unknown'], context)).toBe(0);
  expect(pool.asked).toEqual([{ removeForeign: 'unknown' }]);
});

test('takes nobody’s word for a ledger that is there', async () => {
  const { pool, context } = stand(foreign('there'));
  expect(await removeOrphansCommand(['there'], context)).toBe(2);
  expect(pool.asked).toEqual([]);
  expect(context.terminal.err.text()).toMatch(/^ledger there .* is there: kept/u);
});

test('refuses a name that is none, and removes nothing', async () => {
  const { pool, context } = stand(foreign('gone'));
  await expect(removeOrphansCommand(['goen'], context)).rejects.toMatchObject({ code: 'bad_usage' });
  expect(pool.asked).toEqual([]);
});
