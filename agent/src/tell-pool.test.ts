import type { Clock } from '@cleangrid/core/clock.ts';
import type { FromAgent, PoolCount } from '@cleangrid/core/protocol.ts';
import { expect, test } from 'vitest';
import { tellPool } from './tell-pool.ts';

const count = (ready: number): PoolCount => ({ label: 'db', ready, leased: 0, changing: 0 });

test('tells what the pool holds at once, then only what has changed, and all of it to the next coordinator', () => {
  let due: (() => void) | null = null;
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    after: (_, fire) => {
      due = fire;
      return () => {
        due = null;
      };
    },
  };
  let pool = [count(1)];
  const told: FromAgent[] = [];
  const teller = tellPool(
    clock,
    () => pool,
    (message) => told.push(message),
  );
  const tick = (): void => due?.();
  teller.start();
  tick();
  pool = [count(2)];
  tick();
  tick();
  expect(told).toEqual([
    { kind: 'pool', pool: [count(1)] },
    { kind: 'pool', pool: [count(2)] },
  ]);
  teller.start();
  expect(told).toHaveLength(3);
  teller.stop();
  expect(due).toBeNull();
});
