import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob } from './glob.ts';

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
  expect(compileGlob(pattern).matches(text)).toBe(matches);
});

test('knows which patterns stand for one text only', () => {
  expect(compileGlob('db.query').literal).toBe('db.query');
  expect(compileGlob('a\\*b').literal).toBe('a*b');
  expect(compileGlob('db.*').literal).toBeNull();
  expect(compileGlob('d?').literal).toBeNull();
});

const piece = fc.constantFrom('a', 'b', '*', '?');

test('matches what a regular expression of the same meaning matches', () => {
  const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), texts, (pattern, text) => {
      const same = new RegExp(`^${pattern.join('').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u');
      expect(compileGlob(pattern.join('')).matches(text.join(''))).toBe(same.test(text.join('')));
    }),
  );
});

test('is not held up by a pattern of many stars over a long text', () => {
  expect(compileGlob(`${'*a'.repeat(50)}b`).matches('a'.repeat(50_000))).toBe(false);
});
