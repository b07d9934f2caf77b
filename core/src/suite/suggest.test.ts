import { expect, test } from 'vitest';
import { didYouMean, suggest } from './suggest.ts';

const known = ['timeout', 'retries', 'run', 'command', 'in'];

test.each([
  ['tiemout', 'timeout'],
  ['timeouts', 'timeout'],
  ['Timeout', 'timeout'],
  ['comand', 'command'],
  ['rnu', 'run'],
])('takes %s for %s', (written, meant) => {
  expect(suggest(written, known)).toBe(meant);
});

test.each(['xyz', '', 'completely-different', 'a'.repeat(100_000)])(
  'takes %.20s for nothing known',
  (written) => {
    expect(suggest(written, known)).toBeNull();
  },
);

test('lists what is known where nothing is near', () => {
  expect(didYouMean('xyz', ['a', 'b'], 'key')).toBe('known: `a`, `b`');
});

test('says when nothing is known', () => {
  expect(didYouMean('xyz', [], 'service')).toBe('there is no service');
});
