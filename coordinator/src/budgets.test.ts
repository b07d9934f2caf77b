import { broken, failed, passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario } from './fake/plans.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

describe('budgets', () => {
  it('run a scenario that failed again, from its beginning, and call it flaky when it passes', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 2, retries: 1 }));
    grid.watch();
    agent.run(agent.delivery('0'), [passed, failed('expectation', 'no')]);
    await grid.advance(0);
    expect(agent.delivery('0')).toMatchObject({ ref: { attempt: 2 }, scenario: { steps: [{}, {}] } });
    agent.run(agent.delivery('0'));
    await grid.advance(0);
    expect(grid.events).toContainEqual(
      expect.objectContaining({ kind: 'scenario_retried', attempt: 1, verdict: failed('expectation', 'no') }),
    );
    expect(await grid.scenarios()).toMatchObject([{ verdict: passed, flaky: true }]);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      scenarios: { passed: 1, flaky: 1 },
      steps: { passed: 2, flaky: 1 },
    });
  });

  it('try a failure in used containers once in fresh ones, when the scenario wants it, and keep both outcomes', async () => {
    const agent = await grid.agent('agent-1');
    const missed = failed('expectation', 'a row too many');
    await grid.submit(scenario({ name: 'a', pollutionCheck: true }));
    expect(agent.delivery('0').fresh).toBe(false);
    agent.run(agent.delivery('0'), [missed]);
    await grid.advance(0);
    expect(agent.delivery('0')).toMatchObject({ ref: { attempt: 2 }, fresh: true });
    agent.run(agent.delivery('0'));
    await grid.advance(0);
    const attempts = [
      { attempt: 1, fresh: false, verdict: missed },
      { attempt: 2, fresh: true, verdict: passed },
    ];
    expect(await grid.scenarios()).toMatchObject([{ verdict: passed, attempts }]);
  });

  it('run only those of independent steps again that have no final verdict', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 2, order: 'independent', retries: 1 }));
    const first = agent.delivery('0.1');
    agent.run(first, [failed('expectation', 'no')]);
    await grid.advance(0);
    const again = agent.deliveries.filter(({ ref }) => ref.shard === '0.1' && ref.attempt === 2);
    expect(again.flatMap((delivery) => delivery.scenario.steps).map((step) => step.id)).toEqual(['steps.0']);
  });

  it('give a shard that the grid broke to another host', async () => {
    const one = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    const two = await grid.agent('agent-2');
    one.run(one.delivery('0'), [broken('disk_full', 'no space')]);
    await grid.advance(0);
    expect(two.delivery('0')).toMatchObject({ ref: { attempt: 2 } });
  });

  it('wait for the other host while its agent connects anew', async () => {
    const one = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    const two = await grid.agent('agent-2');
    two.disconnect();
    one.run(one.delivery('0'), [broken('disk_full', 'no space')]);
    await grid.advance(1000);
    expect(one.deliveries).toHaveLength(1);
    two.connect(grid.coordinator);
    await grid.advance(0);
    expect(two.delivery('0').ref.attempt).toBe(2);
  });

  it('give it to the same host when no other is left', async () => {
    const one = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    one.run(one.delivery('0'), [broken('disk_full', 'no space')]);
    await grid.advance(0);
    expect(one.delivery('0').ref.attempt).toBe(2);
  });
});
