import { id, type RunId } from '@cleangrid/core/ids.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario } from './fake/plans.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';
import { addRun } from './fake/stored.ts';

const keepNewest = { runs: 1, bytes: Number.MAX_SAFE_INTEGER };
const newest = id<RunId>('newest');
let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

describe('a run that is removed while it is read', () => {
  it.each<[string, () => AsyncIterable<unknown>]>([
    [
      'its events',
      () => grid.coordinator.runs.watch(run, { cursor: 0, steps: 'every' }, new AbortController().signal),
    ],
    ['its scenarios', () => grid.coordinator.runs.scenarios(run)],
  ])('is not found any more by who reads %s', async (_what, read) => {
    const agent = await grid.agent('agent-1');
    const names = Array.from({ length: 100 }, (_none, index) => `${index}`);
    await grid.submit(...names.map((name) => scenario({ name })));
    for (const name of names) {
      agent.run(agent.delivery(name));
      await grid.advance(0);
    }
    await grid.submitAs(newest);
    expect((await Array.fromAsync(read())).length).toBeGreaterThan(1);
    const readOn = pruneWhile(read, () => {
      while (grid.store.prune(keepNewest));
    });
    await expect(readOn).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/removed|no run/u),
    });
  });

  it('never turns into another that has come since', async () => {
    addRun(grid.store, run, { shards: 3000, isFinished: true });
    addRun(grid.store, newest, { shards: 0, isFinished: true });
    const readOn = pruneWhile(
      () => grid.coordinator.runs.scenarios(run),
      () => {
        expect(grid.store.prune(keepNewest)).toBe(true);
        addRun(grid.store, 'other', { shards: 3000, isFinished: false });
        expect(() => grid.store.head(1, { scenario: 2999, slice: 0 })).toThrow(/removed while it was read/u);
      },
    );
    await expect(readOn).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** `prune` is called when the first part has been read; resolves with the rest. */
async function pruneWhile(read: () => AsyncIterable<unknown>, prune: () => void): Promise<unknown[]> {
  const rest: unknown[] = [];
  for await (const part of read()) {
    if (rest.push(part) === 1) prune();
  }
  return rest;
}
