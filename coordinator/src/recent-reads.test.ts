import type { Attempt } from '@cleangrid/core/shard.ts';
import { failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, it } from 'vitest';
import { storedShard } from './fake/stored.ts';
import type { ActiveRun, ActiveShard, Grid } from './grid.ts';
import { Recent } from './recent.ts';
import { recentReads, rememberMoved } from './recent-reads.ts';
import type { RunStore, StoredShard } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';

it('what just ended is told of from memory where it passed; what failed has logs, and is read again', () => {
  const grid = {
    recentClosed: new Recent<StoredShard>(10),
    recentHeads: new Recent<ShardHead>(10),
    store: { shardsOfScenario: () => [] } as Partial<RunStore> as RunStore,
  } as Grid;
  const [one, two] = [closed(0, passed), closed(1, failed('expectation', 'no'))];
  rememberMoved(grid, one);
  rememberMoved(grid, two);
  const reads = recentReads(grid);
  expect([reads.shardsOfScenario(1, 0), reads.shardsOfScenario(1, 1)]).toMatchObject([
    [{ place: one.place, shard: one.shard }],
    [],
  ]);
  expect(reads.head(1, two.place)).toBe(two.head);
});

function closed(scenario: number, verdict: Verdict): ActiveShard {
  const { shard, ...stored } = storedShard(1, scenario);
  const outcome = { verdict } as Extract<StoredShard['shard'], { state: 'closed' }>['outcome'];
  const run = { record: { ordinal: 1 } } as ActiveRun;
  const attempt = { number: 1, started: true } as Attempt;
  const head = { steps: new Set() } as Partial<ShardHead> as ShardHead;
  return {
    ...stored,
    run,
    head,
    shard: { ...shard, state: 'closed', attempt, outcome },
  } as ActiveShard;
}
