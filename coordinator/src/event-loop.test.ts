import { turnPauseMsMax } from '@cleangrid/core/limits.ts';
import { describe, expect, it } from 'vitest';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';
import { scenario } from './fake/plans.ts';

describe('commits to a disk', () => {
  it.each([
    ['that is slow leave as much time between them as they take', 10, 10],
    ['that is very slow leave a bounded time between them', 1000, turnPauseMsMax],
  ])('%s', async (_, commitMs, pauseMs) => {
    const grid = new ScriptedGrid();
    await grid.open();
    await grid.submit(scenario({ name: 'a' }));
    grid.commitMs = commitMs;
    await grid.cancel();
    let answered = 0;
    for (let left = 2; left > 0; left -= 1) {
      void grid.coordinator.runs.cancel(run, 'again').then(() => {
        answered += 1;
      });
    }
    await grid.advance(pauseMs - 1);
    expect(answered).toBe(0);
    await grid.advance(pauseMs);
    expect(answered).toBe(2);
  });
});
