import { version } from '@cleangrid/core/version.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario } from './fake/plans.ts';
import { ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

describe('a hello', () => {
  it('is answered with the epoch and a mailbox that nobody used before', async () => {
    const agent = await grid.agent('agent-1');
    agent.disconnect();
    agent.connect(grid.coordinator);
    await grid.advance(0);
    const [first, second] = agent.answers('welcome');
    expect(first?.epoch).toEqual({ grid: 'aaaaaaaaaaaa', number: 1 });
    expect(second?.mailbox).not.toBe(first?.mailbox);
  });

  it('to a coordinator that was opened again names the same grid and a later epoch', async () => {
    grid.kill();
    await grid.open();
    const agent = await grid.agent('agent-1');
    expect(agent.answers('welcome')[0]?.epoch).toEqual({ grid: 'aaaaaaaaaaaa', number: 2 });
  });

  it('of an older life is refused, for two agents have one name, also by the next coordinator', async () => {
    await grid.agent('agent-1', { boot: 5 });
    grid.kill();
    await grid.open();
    const older = await grid.agent('agent-1', { boot: 4 });
    expect(older.answers('refused')[0]?.reason).toContain('another agent named agent-1 was started later');
    expect(older.closedBecause).not.toBeNull();
  });

  it('of a version that does not fit is refused, and both versions are named', async () => {
    const agent = await grid.agent('agent-1');
    agent.disconnect();
    agent.version = '99.0.0';
    agent.connect(grid.coordinator);
    await grid.advance(0);
    expect(agent.answers('refused')[0]?.reason).toContain('99.0.0');
    expect(agent.answers('refused')[0]?.reason).toContain(version);
  });

  it('on a newer connection closes the older one', async () => {
    const agent = await grid.agent('agent-1');
    const again = await grid.agent('agent-1');
    expect(again.closedBecause).toBe('a newer connection of this agent is open');
    expect(agent.closedBecause).toBeNull();
  });

  it('gets again what was assigned and did not arrive, and only that', async () => {
    const agent = await grid.agent('agent-1', { slots: 2 });
    await grid.submit(scenario({ name: 'a' }), scenario({ name: 'b' }));
    const held = agent.delivery('0').ref;
    agent.say({ kind: 'accepted', ref: held });
    agent.disconnect();
    agent.deliveries.length = 0;
    agent.holds = [held];
    agent.connect(grid.coordinator);
    await grid.advance(0);
    expect(agent.deliveries).toMatchObject([{ ref: { shard: '1', attempt: 1 }, publishNumber: 2 }]);
  });

  it('that no longer lists what was accepted lets it run again', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    agent.say({ kind: 'accepted', ref: agent.delivery('0').ref });
    agent.disconnect();
    agent.connect(grid.coordinator);
    await grid.advance(0);
    expect(agent.delivery('0').ref.attempt).toBe(2);
  });

  it('with attempts of another grid does not touch ours of the same name', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    const { ref } = agent.delivery('0');
    const other = new ScriptedGrid('b');
    await other.open();
    await other.submit(scenario({ name: 'a' }));
    agent.holds = [ref];
    agent.disconnect();
    agent.connect(other.coordinator);
    await other.advance(0);
    expect(agent.answers('welcome')[1]?.kill).toEqual([]);
  });
});
