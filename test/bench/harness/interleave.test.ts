import { expect, test } from 'vitest';
import { interleave } from './interleave.ts';

test('runs the variants in turns, each first as often as the other', async () => {
  const order: string[] = [];
  const variant = (name: string) => async (round: number) => {
    order.push(name);
    return `${name}${round}`;
  };
  const results = await interleave({ a: variant('a'), b: variant('b') }, 2);
  expect(order).toEqual(['a', 'b', 'b', 'a']);
  expect(results).toEqual({ a: ['a0', 'a1'], b: ['b0', 'b1'] });
});
