/** The contract of the port `RunStore`, run against every adapter. */

import { type GridId, id, type RunId } from '@cleangrid/core/ids.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scenario, stepId, stepResult } from './fake/plans.ts';
import { addRun, shardPlan, storedRun, storedShard } from './fake/stored.ts';
import type { RunStore } from './run-store.ts';

const place = { scenario: 0, slice: 0 };
const runsKept = { runs: 100, bytes: Number.MAX_SAFE_INTEGER };

/** `reopen` closes the store and opens what it left. */
export function runStoreContract(
  name: string,
  parts: { open(): RunStore; reopen(store: RunStore): RunStore },
): void {
  describe(`RunStore: ${name}`, () => {
    let store: RunStore;

    beforeEach(() => {
      store = parts.open();
    });

    afterEach(() => store.close());

    it('keeps the identity of its grid and counts its epochs', () => {
      const begin = (grid: string): unknown =>
        store.transaction((writes) => writes.beginEpoch(id<GridId>(grid)));
      expect(begin('first')).toEqual({ grid: 'first', number: 1 });
      store = parts.reopen(store);
      expect(begin('second')).toEqual({ grid: 'first', number: 2 });
    });

    it('keeps what a transaction wrote, also for the next who opens it', () => {
      const ordinal = addRun(store, 'run-1', { shards: 2, isFinished: false });
      store = parts.reopen(store);
      expect(store.run(id<RunId>('run-1'))).toMatchObject({ ordinal, scenarioCount: 2 });
      expect(store.unfinishedRuns()).toHaveLength(1);
      expect(store.shard(ordinal, { scenario: 1, slice: 0 })).toEqual(storedShard(ordinal, 1));
      const plan = shardPlan(scenario({ name: '0' }));
      expect(store.head(ordinal, place)).toEqual(plan.head);
      expect(store.plan(ordinal, place)).toBe(plan.json);
      expect(store.headAndPlan(ordinal, place)).toEqual(plan);
    });

    it('keeps nothing of a transaction that threw', () => {
      const broken = (): void =>
        store.transaction((writes) => {
          writes.addRun(storedRun('run-1'));
          throw new Error('on purpose');
        });
      expect(broken).toThrow('on purpose');
      expect(store.run(id<RunId>('run-1'))).toBeNull();
      expect(addRun(store, 'run-2', { shards: 0, isFinished: false })).toBeGreaterThan(0);
    });

    it('lists waiting shards longest expected first, then in the order of the plan', () => {
      const ordinal = addRun(store, 'run-1', { shards: 0, isFinished: false });
      store.transaction((writes) => {
        for (const [index, expectedMs] of [5, 7, 5, 9].entries())
          writes.addShard(storedShard(ordinal, index, expectedMs), shardPlan(scenario({ name: `${index}` })));
      });
      const order = (limit: number): number[] =>
        store.waitingShards(ordinal, limit).map((stored) => stored.place.scenario);
      expect(order(10)).toEqual([3, 1, 0, 2]);
      expect(order(2)).toEqual([3, 1]);
    });

    it('finds a shard by its state, and follows it as it changes', () => {
      const ordinal = addRun(store, 'run-1', { shards: 1, isFinished: false });
      const stored = storedShard(ordinal, 0);
      const owner = { agent: id<never>('agent-1'), boot: 1, host: 'host' };
      const phase = { state: 'assigned' } as const;
      const attempt = {
        number: 1,
        owner,
        assignedAtMs: 0,
        publishNumber: 1,
        lastSeq: 0,
        started: false,
        fresh: false,
        phase,
      };
      store.transaction((writes) =>
        writes.putShard({ ...stored, shard: { ...stored.shard, state: 'active', attempt } }),
      );
      expect(store.waitingShards(ordinal, 10)).toEqual([]);
      expect(store.activeShards(ordinal)).toMatchObject([{ place, shard: { attempt } }]);
    });

    it('takes a frame once', () => {
      const ordinal = addRun(store, 'run-1', { shards: 1, isFinished: false });
      const key = { run: ordinal, place, attempt: 1, seq: 1 };
      const results = [stepResult(stepId(0), passed)];
      store.transaction((writes) => {
        writes.addFrame({ ...key, results });
        writes.addFrame({ ...key, results: [] });
        writes.addFrame({ ...key, seq: 2, results: [] });
        writes.addFrame({ ...key, attempt: 2, results: [] });
      });
      expect(store.frameSeqs(ordinal, place, 1)).toEqual([1, 2]);
      expect(store.frame(key)).toEqual(results);
    });

    it('gives events as they were written, from the one that contains the next cursor', () => {
      const ordinal = addRun(store, 'run-1', { shards: 1, isFinished: false });
      store.transaction((writes) => {
        const frame = { kind: 'frame', place, attempt: 1, seq: 1, cursor: 2 } as const;
        writes.addEvents(ordinal, [{ kind: 'run_started', cursor: 1 }, frame]);
        writes.addEvents(ordinal, []);
        writes.addEvents(ordinal, [{ kind: 'run_finished', cursor: 5 }]);
      });
      const after = (cursor: number): string[] =>
        store.eventsAfter(ordinal, cursor).map((event) => event.kind);
      expect(after(0)).toEqual(['run_started', 'frame']);
      expect(after(1)).toEqual(['run_started', 'frame']);
      expect(after(3)).toEqual(['run_started', 'frame']);
      expect(after(4)).toEqual(['run_finished']);
      expect(after(5)).toEqual(['run_finished']);
      expect(store.eventsAfter(ordinal + 1, 0)).toEqual([]);
    });

    it('remembers agents and sliced scenarios', () => {
      const ordinal = addRun(store, 'run-1', { shards: 1, isFinished: false });
      const agent = { agent: id<never>('agent-1'), boot: 3, unproven: [] };
      const sliced = {
        openCount: 2,
        hasStarted: true,
        verdict: passed,
        flaky: false,
        durationMs: 1,
        waitedMs: 2,
        serviceLogs: [],
      };
      store.transaction((writes) => {
        writes.putAgent({ ...agent, boot: 2 });
        writes.putAgent(agent);
        writes.putSlicedScenario(ordinal, 4, sliced);
      });
      expect(store.agent(agent.agent)).toEqual(agent);
      expect(store.slicedScenario(ordinal, 4)).toEqual(sliced);
      expect(store.slicedScenario(ordinal, 5)).toBeNull();
    });

    it('expects what scenarios took before, the newest most', () => {
      store.learnDurations([{ scenario: id('a'), durationMs: 100 }]);
      store.learnDurations([{ scenario: id('a'), durationMs: 200 }]);
      expect(store.expectedMs([id('a'), id('b')])).toEqual([expect.closeTo(130), null]);
    });

    it('removes the oldest finished runs that are too many, in pieces, and never a running one', () => {
      addRun(store, 'running', { shards: 1, isFinished: false });
      for (const run of ['old', 'older', 'new']) addRun(store, run, { shards: 2000, isFinished: true });
      expect(store.prune(runsKept)).toBe(false);
      let pieces = 1;
      while (store.prune({ ...runsKept, runs: 1 })) {
        pieces += 1;
        expect(store.runs(10).length).toBeGreaterThan(1);
      }
      expect(pieces).toBeGreaterThan(2);
      expect(store.runs(10).map((run) => run.run)).toEqual(['new', 'running']);
      expect(store.plan(store.run(id<RunId>('new'))?.ordinal ?? 0, place)).toBeDefined();
    });

    it('never gives the plan of a run that was removed for that of a newer one', () => {
      const old = addRun(store, 'old', { shards: 1, isFinished: true });
      expect(store.head(old, place).name).toBe('0');
      addRun(store, 'new', { shards: 0, isFinished: true });
      while (store.prune({ ...runsKept, runs: 1 }));
      const next = addRun(store, 'next', { shards: 0, isFinished: false });
      store.transaction((writes) =>
        writes.addShard(storedShard(next, 0), shardPlan(scenario({ name: 'of the next run' }))),
      );
      expect(store.head(next, place).name).toBe('of the next run');
    });

    it('removes finished runs that take too many bytes, but never the newest', () => {
      for (const run of ['old', 'new']) addRun(store, run, { shards: 3, isFinished: true });
      while (store.prune({ ...runsKept, bytes: 10 }));
      expect(store.runs(10).map((run) => run.run)).toEqual(['new']);
    });
  });
}
