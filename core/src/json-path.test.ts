import { expect, test } from 'vitest';
import { parseJsonPath, readJsonPath } from './json-path.ts';

const document = { a: { 'b c': [10, 20, { d: null }] }, list: [1, 2] };

test.each([
  ['$', document],
  ['$.list[1]', 2],
  ['$.list[-1]', 2],
  ['$.a["b c"][0]', 10],
  ['$.a["b c"][2].d', null],
  ['$.a.missing', undefined],
  ['$.list[9]', undefined],
  ['$.list.length', undefined],
  ['$.a.toString', undefined],
])('reads %s', (text, value) => {
  const path = parseJsonPath(text);
  expect(path && readJsonPath(document, path)).toEqual(value);
});

test.each(['', 'a', '$.', '$a', '$[x]', '$.a[', '$..a', '$.a b'])('refuses %j', (text) => {
  expect(parseJsonPath(text)).toBeNull();
});
