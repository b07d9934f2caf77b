import { beforeEach, expect, it } from 'vitest';
import { scenario } from './fake/plans.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

it('says of each agent who it is and what it holds, by name', async () => {
  await grid.agent('b', { slots: 2 });
  await grid.agent('a');
  await grid.submit(scenario({ name: 'one' }));
  expect(await grid.coordinator.runs.agents()).toEqual([
    expect.objectContaining({ agent: 'a', host: 'host-of-a', state: 'ready', slots: 1 }),
    expect.objectContaining({ agent: 'b', host: 'host-of-b', state: 'ready', slots: 2 }),
  ]);
  const holders = (await grid.coordinator.runs.agents()).filter(({ held }) => held > 0);
  expect(holders).toEqual([
    expect.objectContaining({ held: 1, running: 0, runs: [run], version: expect.any(String) }),
  ]);
});

it('does not know an executor of an agent that it only expects back', async () => {
  await grid.agent('a');
  await grid.submit(scenario({ name: 'one' }));
  grid.kill();
  await grid.open();
  expect(await grid.coordinator.runs.agents()).toEqual([
    expect.objectContaining({ agent: 'a', state: 'absent', held: 1, executor: null, version: null }),
  ]);
});
