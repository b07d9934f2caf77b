import { describe, expect, it } from 'vitest';
import { type History, runHistory } from './history.ts';

/** `SIM_SEED=123` replays one history with its whole trace; `SIM_SEEDS=10000` runs more of them, `SIM_FROM=5000` others. */
const replayed = process.env['SIM_SEED'];
const from = Number(process.env['SIM_FROM'] ?? 1);
const count = Number(process.env['SIM_SEEDS'] ?? 200);
const seeds =
  replayed === undefined ? Array.from({ length: count }, (_, index) => from + index) : [Number(replayed)];

describe('a grid in which everything fails at times', () => {
  it(`keeps its promises in ${seeds.length} histories`, { timeout: 600_000 }, async () => {
    const broken: Pick<History, 'seed' | 'violations'>[] = [];
    for (const seed of seeds) {
      const { trace, violations } = await runHistory(seed);
      if (replayed !== undefined) console.log(trace.join('\n'));
      if (violations.length > 0) broken.push({ seed, violations });
      if (violations.length > 0) console.log(howToReplay({ seed, trace, violations }));
      if (broken.length >= 3) break;
    }
    expect(broken).toEqual([]);
  });

  it('has the same history each time a seed is run', async () => {
    const first = await runHistory(seeds[0] ?? 1);
    const second = await runHistory(seeds[0] ?? 1);
    expect(second.trace).toEqual(first.trace);
  });
});

function howToReplay({ seed, trace }: History): string {
  const replay = `SIM_SEED=${seed} npx vitest run --project unit test/sim`;
  return `seed ${seed} ends so:\n${trace.slice(-40).join('\n')}\nall of it: ${replay}`;
}
