import { passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario, stepId, stepResult } from './fake/plans.ts';
import type { ScriptedAgent } from './fake/scripted-agent.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;
let one: ScriptedAgent;
let two: ScriptedAgent;

/** Agent one has the only shard; agent two has nothing to do. */
beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
  one = await grid.agent('agent-1');
  await grid.submit(scenario({ name: 'a', steps: 2 }));
  two = await grid.agent('agent-2');
});

function start(agent: ScriptedAgent): void {
  const { ref } = agent.delivery('0');
  agent.say({ kind: 'accepted', ref });
  agent.say({ kind: 'started', ref });
}

describe('an agent is lost, and its shard given to another host,', () => {
  it('when its connection closed and it says no hello for 2 s', async () => {
    start(one);
    one.disconnect();
    await grid.advance(1900);
    expect(two.deliveries).toEqual([]);
    await grid.advance(700);
    expect(two.delivery('0').ref.attempt).toBe(2);
  });

  it('when it did not beat for 4 s', async () => {
    start(one);
    one.isSilent = true;
    await grid.advance(3900);
    expect(two.deliveries).toEqual([]);
    await grid.advance(1200);
    expect(two.delivery('0').ref.attempt).toBe(2);
    expect(one.closedBecause).toBe('agent agent-1 fell silent');
  });

  it('when its main loop stands still although it beats', async () => {
    start(one);
    one.say({ kind: 'beat', loopTickMs: 31_000 });
    await grid.advance(0);
    expect(two.delivery('0').ref.attempt).toBe(2);
  });

  it('when it was started again', async () => {
    start(one);
    await grid.agent('agent-1', { boot: 2 });
    expect(two.delivery('0').ref.attempt).toBe(2);
  });
});

describe('an agent is not lost', () => {
  it('when it comes back in time with what it holds', async () => {
    start(one);
    one.disconnect();
    await grid.advance(1500);
    one.holds = [one.delivery('0').ref];
    one.connect(grid.coordinator);
    await grid.advance(10_000);
    expect(two.deliveries).toEqual([]);
  });

  it('because the coordinator stood still', async () => {
    start(one);
    grid.freeze(20_000);
    await grid.advance(22_000);
    expect(two.deliveries).toEqual([]);
  });

  it('because a new coordinator has not heard of it yet', async () => {
    start(one);
    await grid.advance(0);
    grid.kill();
    await grid.open();
    two.connect(grid.coordinator);
    await grid.advance(25_000);
    expect(two.deliveries).toEqual([]);
    await grid.advance(6_000);
    expect(two.delivery('0').ref.attempt).toBe(2);
  });
});

describe('an attempt', () => {
  it('that was lost is taken up again by the agent that holds it, and its results count', async () => {
    start(one);
    const { ref } = one.delivery('0');
    two.disconnect();
    one.disconnect();
    await grid.advance(5000);
    expect(await grid.scenarios()).toMatchObject([{ attempts: [{ attempt: 1, state: 'lost' }] }]);
    one.holds = [ref];
    one.connect(grid.coordinator);
    await grid.advance(0);
    one.say({ kind: 'frame', ref, seq: 1, results: [0, 1].map((step) => stepResult(stepId(step), passed)) });
    one.close(ref, passed);
    await grid.advance(0);
    expect(await grid.scenarios()).toMatchObject([{ verdict: passed, attempts: [{ attempt: 1 }] }]);
  });

  it('that was given to another is killed where it still runs, and its late results stay evidence', async () => {
    start(one);
    const { ref } = one.delivery('0');
    one.disconnect();
    await grid.advance(5000);
    start(two);
    one.holds = [ref];
    one.connect(grid.coordinator);
    await grid.advance(0);
    expect(one.answers('welcome').at(-1)?.kill).toEqual([ref]);
    one.say({ kind: 'frame', ref, seq: 1, results: [stepResult(stepId(0), passed)] });
    one.close(ref, passed);
    await grid.advance(0);
    expect(one.answers('framesStored').at(-1)).toMatchObject({ answer: 'stale' });
    expect(one.answers('closeStored').at(-1)).toMatchObject({ answer: 'stale' });
    expect(await grid.scenarios()).toMatchObject([
      { verdict: null, steps: [{ result: null }, { result: null }] },
    ]);
    expect(grid.store.frameSeqs(1, { scenario: 0, slice: 0 }, 1)).toEqual([1]);
  });

  it('is not touched by what another agent says of it', async () => {
    start(one);
    const { ref } = one.delivery('0');
    two.say({ kind: 'frame', ref, seq: 1, results: [] });
    await grid.advance(0);
    expect(two.answers('framesStored').at(-1)).toMatchObject({ answer: 'stale' });
    one.say({ kind: 'frame', ref, seq: 1, results: [0, 1].map((step) => stepResult(stepId(step), passed)) });
    one.close(ref, passed);
    await grid.advance(0);
    expect(await grid.scenarios()).toMatchObject([
      { verdict: passed, steps: [{ result: { verdict: passed } }, { result: { verdict: passed } }] },
    ]);
  });

  it('that nobody accepts is published again, and after three times its agent has to connect anew', async () => {
    await grid.advance(3600);
    expect(one.deliveries.map((delivery) => delivery.publishNumber)).toEqual([1, 2]);
    await grid.advance(10_000);
    expect(one.deliveries.map((delivery) => delivery.publishNumber)).toEqual([1, 2, 3]);
    expect(one.closedBecause).toBe('deliveries do not arrive');
  });

  it('beyond all that its scenario may take is given up, revoked, and run elsewhere', async () => {
    start(one);
    const { ref } = one.delivery('0');
    await grid.advance(4 * 60_000);
    expect(one.answers('revoke')).toEqual([{ kind: 'revoke', ref }]);
    expect(two.delivery('0').ref.attempt).toBe(2);
  });

  it('ends its shard as broken when it was lost too often while it ran', async () => {
    for (const agent of [one, two, one]) {
      start(agent);
      await grid.advance(0);
      agent.say({ kind: 'beat', loopTickMs: 31_000 });
      await grid.advance(0);
      agent.connect(grid.coordinator);
      await grid.advance(0);
    }
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'finished',
      scenarios: { broken: 1 },
    });
    const [record] = await grid.scenarios();
    expect(record?.verdict).toMatchObject({ reason: 'agent_lost' });
    expect(record?.verdict).toHaveProperty(
      'message',
      expect.stringContaining('host-of-agent-1, host-of-agent-2'),
    );
  });
});
