/** Rows of a run store, for its tests. */

import { id, type RunId, type Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';
import type { RunStore, StoredRun, StoredShard } from '../run-store.ts';
import { scenarioHead } from '@cleangrid/core/scenario-head.ts';
import { shardHead, type ShardPlan } from '../shard-head.ts';
import { scenario } from './plans.ts';

export function storedRun(run: string): Omit<StoredRun, 'ordinal'> {
  return {
    run: id<RunId>(run),
    suites: [{ name: 'suite', file: 'a.cleangrid.toml', blob: id<Sha256>('0') }],
    state: 'running',
    cancelling: null,
    traceMode: 'off',
    traceUrl: null,
    submittedAtMs: 1,
    finishedAtMs: null,
    scenarioCount: 0,
    stepCount: 0,
    scenarios: noOutcomes(),
    steps: noOutcomes(),
    cursor: 0,
  };
}

export function storedShard(run: number, ordinal: number, expectedMs = 1): StoredShard {
  const shard: Shard = {
    state: 'waiting',
    attempt: null,
    kind: 'whole',
    stepCount: 1,
    budgets: { failed: 0, broken: 0, pollution: 0 },
    checksPollution: false,
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
  };
  return { run, place: { scenario: ordinal, slice: 0 }, expectedMs, shard };
}

/** A run of `shards` shards, finished where `isFinished`. Its ordinal. */
export function addRun(
  store: RunStore,
  name: string,
  options: { shards: number; isFinished: boolean },
): number {
  return store.transaction((writes) => {
    const run = storedRun(name);
    const ordinal = writes.addRun(run);
    for (let index = 0; index < options.shards; index += 1)
      writes.addShard(storedShard(ordinal, index), shardPlan(scenario({ name: `${index}` })));
    const state = options.isFinished ? 'finished' : 'running';
    writes.putRun({ ...run, ordinal, state, scenarioCount: options.shards });
    return ordinal;
  });
}

export function shardPlan(planned: PlannedScenario): ShardPlan {
  const head = scenarioHead(planned);
  return { head: shardHead(head, head.steps), json: JSON.stringify(planned) };
}
