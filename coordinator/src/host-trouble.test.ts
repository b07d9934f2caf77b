import { tickMs, troubleMsFirst } from '@cleangrid/core/limits.ts';
import { broken, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario } from './fake/plans.ts';
import type { ScriptedAgent } from './fake/scripted-agent.ts';
import { ScriptedGrid } from './fake/scripted-grid.ts';

const noDocker = broken('daemon_unavailable', 'connection refused');

let grid: ScriptedGrid;
let sick: ScriptedAgent;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
  sick = await grid.agent('sick', { slots: 2 });
  await grid.submit(...Array.from({ length: 20 }, (_, index) => scenario({ name: `s${index}` })));
});

/** What the agent was given and did not end yet. */
const given = (agent: ScriptedAgent): ScriptedAgent['deliveries'] => agent.deliveries.splice(0);

async function end(agent: ScriptedAgent, verdict: Verdict): Promise<void> {
  for (const delivery of given(agent)) agent.run(delivery, [verdict]);
  await grid.advance(0);
}

const stateOf = async (name: string): Promise<string | undefined> =>
  (await grid.coordinator.runs.agents()).find(({ agent }) => agent === name)?.state;

describe('an agent whose host can run nothing', () => {
  it('gets one attempt from time to time while another is well, until one ends in another way', async () => {
    await grid.agent('well');
    await end(sick, noDocker);
    expect(await stateOf('sick')).toBe('troubled');
    expect(await stateOf('well')).toBe('ready');
    await grid.advance(troubleMsFirst - tickMs);
    expect(sick.deliveries).toEqual([]);
    await grid.advance(2 * tickMs);
    expect(sick.deliveries).toHaveLength(1);
    await end(sick, noDocker);
    await grid.advance(2 * troubleMsFirst - tickMs);
    expect(sick.deliveries).toEqual([]);
    await grid.advance(2 * tickMs);
    expect(sick.deliveries).toHaveLength(1);
    await end(sick, passed);
    expect(await stateOf('sick')).toBe('ready');
    expect(sick.deliveries.length).toBeGreaterThan(1);
  });

  it('works on where no other is well', async () => {
    await end(sick, noDocker);
    expect(sick.deliveries.length).toBeGreaterThan(0);
    const other = await grid.agent('other');
    await end(sick, noDocker);
    expect(sick.deliveries).toEqual([]);
    await end(other, broken('disk_full', 'no space'));
    expect(sick.deliveries.length).toBeGreaterThan(0);
  });

  it('is tried also while it holds what it began before', async () => {
    await grid.agent('well');
    const [lasting, ...others] = given(sick);
    if (!lasting) throw new Error('it has work');
    expect(others).not.toEqual([]);
    sick.say({ kind: 'accepted', ref: lasting.ref });
    for (const delivery of others) sick.run(delivery, [noDocker]);
    await grid.advance(troubleMsFirst + tickMs);
    const [tried, ...more] = given(sick);
    if (!tried) throw new Error('it is tried');
    expect(more).toEqual([]);
    sick.say({ kind: 'accepted', ref: tried.ref });
    await grid.advance(2 * troubleMsFirst + tickMs);
    expect(sick.deliveries).toEqual([]);
    sick.run(tried, [noDocker]);
    await grid.advance(2 * troubleMsFirst + tickMs);
    expect(sick.deliveries).toHaveLength(1);
  });

  it('is not tried while it drains', async () => {
    await grid.agent('well');
    await end(sick, noDocker);
    sick.disconnect();
    sick.slots = 0;
    sick.connect(grid.coordinator);
    await grid.advance(60_000);
    expect(sick.deliveries).toEqual([]);
  });

  it('is no reason to wait for a shard that avoids the others', async () => {
    const well = await grid.agent('well');
    await end(sick, noDocker);
    const avoiding = well.deliveries.map(({ ref }) => ref.shard);
    expect(avoiding).not.toEqual([]);
    await end(well, broken('container_lost', 'killed from outside'));
    const again = [];
    while (well.deliveries.length > 0) {
      again.push(...well.deliveries.map(({ ref }) => ref));
      await end(well, passed);
    }
    for (const shard of avoiding)
      expect(again).toContainEqual(expect.objectContaining({ shard, attempt: 2 }));
  });
});
