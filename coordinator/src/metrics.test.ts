import { failed, passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, expect, test } from 'vitest';
import { scenario, submission } from './fake/plans.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

test('the depth of the queue, what agents hold, and their states are told as they are', async () => {
  await grid.submit(scenario({ name: 'a' }), scenario({ name: 'b' }), scenario({ name: 'c' }));
  const { meter } = grid;
  expect(meter.read('cleangrid.queue.depth')).toEqual([{ value: 3 }]);
  expect(meter.read('cleangrid.runs.active')).toEqual([{ value: 1 }]);
  const agent = await grid.agent('agent-1', { slots: 3 });
  expect(meter.read('cleangrid.queue.depth')).toEqual([{ value: 0 }]);
  expect(meter.read('cleangrid.shards.active')).toEqual([{ value: 3 }]);
  agent.disconnect();
  await grid.advance(0);
  expect(meter.read('cleangrid.agents')).toContainEqual({
    value: 1,
    attributes: { 'cleangrid.agent.state': 'absent' },
  });
});

test('the wait of a shard is measured once, and verdicts are counted', async () => {
  await grid.submit(scenario({ name: 'a', steps: 2 }));
  await grid.advance(5000);
  const agent = await grid.agent('agent-1');
  agent.run(agent.delivery('0'), [passed, failed('expectation', 'no')]);
  await grid.advance(0);
  expect(grid.meter.records['cleangrid.queue.wait']).toEqual([5]);
  expect(grid.meter.counts).toMatchObject({
    'cleangrid.steps passed': 1,
    'cleangrid.steps failed': 1,
    'cleangrid.scenarios failed': 1,
  });
  expect(grid.meter.counts['cleangrid.shards.reassigned']).toBeUndefined();
});

test('a shard that another agent gets is counted as reassigned', async () => {
  const one = await grid.agent('agent-1');
  await grid.submit(scenario({ name: 'a' }));
  await grid.agent('agent-2');
  one.disconnect();
  await grid.advance(3000);
  expect(grid.meter.counts['cleangrid.shards.reassigned']).toBe(1);
});

test('spans are counted when they are stored', async () => {
  await grid.agent('agent-1');
  const submitted = grid.coordinator.runs.submit({
    ...submission(run, [scenario({ name: 'a' })]),
    traceMode: 'single',
  });
  await grid.advance(0);
  await submitted;
  await grid.advance(0);
  // The plan and the queue.
  expect(grid.meter.counts['cleangrid.spans.emitted']).toBe(2);
});
