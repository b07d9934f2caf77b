import { id } from '@cleangrid/core/ids.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario, stepId, stepResult } from './fake/plans.ts';
import type { ScriptedAgent } from './fake/scripted-agent.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;
let agent: ScriptedAgent;

/** The first of two scenarios runs, the second waits. */
beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
  agent = await grid.agent('agent-1');
  await grid.submit(scenario({ name: 'a', steps: 20 }), scenario({ name: 'b', steps: 20 }));
  const { ref } = agent.delivery('0');
  agent.say({ kind: 'accepted', ref });
  agent.say({ kind: 'started', ref });
  agent.say({ kind: 'frame', ref, seq: 1, results: [stepResult(stepId(0), passed)] });
  await grid.advance(0);
});

describe('a cancelled run', () => {
  it('closes what waits at once, revokes what runs, and ends when its death is proved', async () => {
    await grid.cancel();
    const { ref } = agent.delivery('0');
    expect(agent.answers('revoke')).toEqual([{ kind: 'revoke', ref }]);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'running',
      cancelling: true,
      scenarios: { cancelled: 1 },
    });
    agent.say({ kind: 'stopped', ref, survivors: 0 });
    await grid.advance(0);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'finished',
      scenarios: { cancelled: 2 },
      steps: { passed: 1, cancelled: 39 },
    });
    const [first] = await grid.scenarios();
    expect(first?.verdict).toMatchObject({ outcome: 'cancelled', reason: 'user', message: 'Ctrl-C' });
    expect(first?.steps.map((step) => step.result?.verdict.outcome).slice(0, 2)).toEqual([
      'passed',
      'cancelled',
    ]);
  });

  it('says where a death could not be proved, and gives that agent nothing until it did', async () => {
    await grid.cancel();
    const { ref } = agent.delivery('0');
    await grid.advance(13_000);
    agent.holds = [ref];
    agent.connect(grid.coordinator);
    await grid.advance(13_000);
    const [first] = await grid.scenarios();
    expect(first?.verdict).toMatchObject({ reason: 'death_unproven' });
    expect(grid.store.agent(agent.agent)?.unproven).toEqual([ref]);

    await grid.submitAs(id('run-2'), scenario({ name: 'c' }));
    expect(agent.deliveries.filter((delivery) => delivery.ref.run !== run)).toEqual([]);
    agent.say({ kind: 'stopped', ref, survivors: 0 });
    await grid.advance(0);
    expect(agent.deliveries.filter((delivery) => delivery.ref.run !== run)).toHaveLength(1);
  });

  it('knows that a newer boot of the agent has cleaned up', async () => {
    await grid.cancel();
    await grid.agent('agent-1', { boot: 2 });
    const [first] = await grid.scenarios();
    expect(first?.verdict).toMatchObject({ outcome: 'cancelled', reason: 'user' });
  });

  it('revokes again when the agent comes back', async () => {
    await grid.cancel();
    const { ref } = agent.delivery('0');
    agent.disconnect();
    agent.holds = [ref];
    agent.connect(grid.coordinator);
    await grid.advance(0);
    expect(agent.answers('revoke')).toEqual([
      { kind: 'revoke', ref },
      { kind: 'revoke', ref },
    ]);
  });

  it('has its agent connect anew when a revoke is not answered, and only once', async () => {
    await grid.cancel();
    await grid.advance(12_600);
    expect(agent.closedBecause).toBe('a revoke is not answered');
    agent.holds = [agent.delivery('0').ref];
    agent.connect(grid.coordinator);
    await grid.advance(10_000);
    expect(agent.closedBecause).toBeNull();
    expect(agent.answers('revoke')).toHaveLength(2);
  });

  it('lets what ended by itself keep its verdict', async () => {
    await grid.cancel();
    const { ref, scenario: planned } = agent.delivery('0');
    const results = planned.steps.slice(1).map((step) => stepResult(step.id, passed));
    agent.say({ kind: 'frame', ref, seq: 2, results });
    agent.close(ref, passed, 2);
    await grid.advance(0);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'finished',
      scenarios: { passed: 1, cancelled: 1 },
    });
  });

  it('is still cancelled after the coordinator was killed', async () => {
    await grid.cancel();
    grid.kill();
    await grid.open();
    agent.holds = [agent.delivery('0').ref];
    agent.connect(grid.coordinator);
    await grid.advance(0);
    expect(agent.answers('revoke')).toHaveLength(2);
  });
});
