import { expect, test, vi } from 'vitest';
import { interleave, stolenShareMax } from './interleave.ts';

/** What the host takes in each round, of 1; afterwards nothing. */
function hostThatTakes(...shares: number[]): () => { total: number; stolen: number } {
  const times = { total: 0, stolen: 0 };
  let asked = 0;
  return () => {
    if (asked % 2 === 1) {
      times.total += 100;
      times.stolen += 100 * (shares[(asked - 1) / 2] ?? 0);
    }
    asked += 1;
    return { ...times };
  };
}

const calm = 0;
const busy = 2 * stolenShareMax;

test('runs the variants in turns, each first as often as the other', async () => {
  const order: string[] = [];
  const variant = (name: string) => async (round: number) => {
    order.push(name);
    return `${name}${round}`;
  };
  const results = await interleave({ a: variant('a'), b: variant('b') }, 2, hostThatTakes());
  expect(order).toEqual(['a', 'b', 'b', 'a']);
  expect(results).toEqual({ a: ['a0', 'a1'], b: ['b0', 'b1'] });
});

test.each([
  ['measures a round again in which the host took much', [busy, calm, calm], [1, 2]],
  ['keeps the quietest where there are no quiet ones, in their order', [0.3, 0.1, 0.2, 0.1], [1, 3]],
  ['keeps as many as are asked of equally busy ones', [busy, busy, busy, busy], [0, 1]],
  ['says nothing where every round is quiet', [calm, stolenShareMax], [0, 1]],
])('%s', async (_name, shares, rounds) => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const results = await interleave({ a: async (round) => round }, 2, hostThatTakes(...shares));
    expect(results).toEqual({ a: rounds });
    expect(said).toHaveBeenCalledTimes(shares.length > 2 ? 1 : 0);
  } finally {
    said.mockRestore();
  }
});
