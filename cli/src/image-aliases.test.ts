import { expect, test } from 'vitest';
import { readImageAliases } from './image-aliases.ts';

test('reads which image stands for which, the last one wins', () => {
  expect([...readImageAliases(['a:1=b:2', 'c=d', 'a:1=e'])]).toEqual([
    ['a:1', 'e'],
    ['c', 'd'],
  ]);
});

test.each(['postgres', '=x', 'x=', 'a=b=c'])('refuses %s', (text) => {
  expect(() => readImageAliases([text])).toThrow('is not written as FROM=TO');
});
