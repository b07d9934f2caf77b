import { describe, expect, it } from 'vitest';
import { sleep } from './clock.ts';
import { FakeClock, Party } from './fake-clock.ts';

describe('FakeClock', () => {
  const party = new Party('one');

  function makeClock(random: () => number = () => 0): FakeClock {
    return new FakeClock({
      random,
      crashed: (_, error) => {
        throw error;
      },
    });
  }

  it('fires timers in the order of their times, and promises that they settle before the next', async () => {
    const clock = makeClock();
    const order: string[] = [];
    clock.after(party, 20, () => order.push('at 20'));
    clock.after(party, 10, () => void Promise.resolve().then(() => order.push('after 10')));
    clock.after(party, 5, () => order.push('never'))();
    await clock.run(() => false, 15);
    expect([order, clock.nowMs]).toEqual([['after 10'], 10]);
    await clock.run(() => false, 100);
    expect([order, clock.nowMs]).toEqual([['after 10', 'at 20'], 20]);
  });

  it('lets its randomness order what is due at the same time', async () => {
    const ties = [0.5, 0.9, 0.1, 0.3];
    const clock = makeClock(() => ties.shift() ?? 0);
    const order: number[] = [];
    for (const name of [0, 1, 2, 3]) clock.after(party, 10, () => order.push(name));
    await clock.run(() => false, 10);
    expect(order).toEqual([2, 3, 0, 1]);
  });

  it('runs nothing of a dead party, and what a frozen one missed when it thaws', async () => {
    const clock = makeClock();
    const frozen = new Party('frozen');
    const dead = new Party('dead');
    const order: string[] = [];
    clock.after(frozen, 10, () => order.push('frozen'));
    clock.after(dead, 10, () => order.push('dead'));
    frozen.state = 'frozen';
    dead.state = 'dead';
    await clock.run(() => false, 100);
    expect(order).toEqual([]);
    clock.thaw(frozen);
    await clock.run(() => false, 100);
    expect(order).toEqual(['frozen']);
  });

  it('serves sleep, also one that is aborted', async () => {
    const clock = makeClock();
    const abort = new AbortController();
    const slept = sleep(clock.of(party), 10).then(() => clock.nowMs);
    const aborted = sleep(clock.of(party), 1000, abort.signal).catch((error: unknown) => error);
    clock.after(party, 20, () => abort.abort(new Error('enough')));
    await clock.run(() => false, 2000);
    await expect(slept).resolves.toBe(10);
    await expect(aborted).resolves.toEqual(new Error('enough'));
  });
});
