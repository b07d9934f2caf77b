import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('gives a place that became free to whoever waited longest', async () => {
  const slots = new Slots(1);
  expect(await slots.take(never)).toBe(true);
  const order: string[] = [];
  const first = Promise.resolve(slots.take(never)).then(() => order.push('first'));
  const second = Promise.resolve(slots.take(never)).then(() => order.push('second'));
  slots.giveBack();
  await first;
  slots.giveBack();
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('gives no place to who left, and none away twice', async () => {
  const slots = new Slots(1);
  expect(await slots.take(AbortSignal.abort())).toBe(false);
  expect(await slots.take(never)).toBe(true);
  const leaver = new AbortController();
  const left = slots.take(leaver.signal);
  leaver.abort();
  expect(await left).toBe(false);
  slots.giveBack();
  expect(slots.take(never)).toBe(true);
  expect(slots.take(never)).toBeInstanceOf(Promise);
});
