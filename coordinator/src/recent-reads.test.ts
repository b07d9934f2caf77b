import { failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, it } from 'vitest';
import { storedShard } from './fake/stored.ts';
import type { Grid } from './grid.ts';
import { Recent } from './recent.ts';
import { recentReads, rememberClosed } from './recent-reads.ts';
import type { RunStore, StoredShard } from './run-store.ts';

it('what just ended is told of from memory where it passed; what failed has logs, and is read again', () => {
  const grid = {
    recentClosed: new Recent<StoredShard>(10),
    store: { shardsOfScenario: () => [] } as Partial<RunStore> as RunStore,
  } as Grid;
  const [one, two] = [closed(0, passed), closed(1, failed('expectation', 'no'))];
  rememberClosed(grid, one);
  rememberClosed(grid, two);
  const { shardsOfScenario } = recentReads(grid);
  expect([shardsOfScenario(1, 0), shardsOfScenario(1, 1)]).toEqual([[one], []]);
});

function closed(scenario: number, verdict: Verdict): StoredShard {
  const stored = storedShard(1, scenario);
  const outcome = { verdict } as Extract<StoredShard['shard'], { state: 'closed' }>['outcome'];
  return { ...stored, shard: { ...stored.shard, state: 'closed', attempt: null, outcome } };
}
