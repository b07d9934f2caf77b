import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalOf, matchesGlob } from './glob.ts';

test.each([
  ['db.query', 'db.query', true],
  ['db.query', 'db.queries', false],
  ['db.query', 'DB.query', false],
  ['db.*', 'db.query', true],
  ['db.*', 'db.', true],
  ['db.*', 'dbx', false],
  ['GET *', 'GET /orders/7', true],
  ['*.query', 'db.query.query', true],
  ['a*b*c', 'a-b-c-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['a?c', 'aßc', true],
  ['a?c', 'a😀c', true],
  ['a?c', 'ac', false],
  ['*', '', true],
  ['?', '', false],
  ['', '', true],
  ['GET /\\*', 'GET /*', true],
  ['GET /\\*', 'GET /a', false],
  ['a\\', 'a\\', true],
  ['[ab]', 'a', false],
])('%j over %j: %s', (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches);
});

test('knows which patterns stand for one text only', () => {
  expect(literalOf('db.query')).toBe('db.query');
  expect(literalOf('a\\*b')).toBe('a*b');
  expect(literalOf('db.*')).toBeNull();
  expect(literalOf('d?')).toBeNull();
});

const piece = fc.constantFrom('a', 'b', '*', '?');

test('matches what a regular expression of the same meaning matches', () => {
  const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), texts, (pattern, text) => {
      const same = new RegExp(`^${pattern.join('').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u');
      expect(matchesGlob(pattern.join(''), text.join(''))).toBe(same.test(text.join('')));
    }),
  );
});

test('is not held up by a pattern of many stars over a long text', () => {
  expect(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(50_000))).toBe(false);
});
