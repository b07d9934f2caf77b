import { GridError } from '@cleangrid/core/errors.ts';
import { submitted } from '@cleangrid/core/run-service.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { broken, failed, passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { scenario, stepId, stepResult, submission } from './fake/plans.ts';
import { run, ScriptedGrid } from './fake/scripted-grid.ts';

let grid: ScriptedGrid;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
});

describe('a run', () => {
  it('goes from its submission to its end, and every step has its verdict', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 2 }));
    grid.watch();
    agent.run(agent.delivery('0'));
    await grid.advance(0);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'finished',
      scenarioCount: 1,
      stepCount: 2,
      scenarios: { passed: 1 },
      steps: { passed: 2 },
    });
    expect(grid.events.map((event) => event.kind)).toEqual([
      'run_started',
      'scenario_started',
      'step_finished',
      'step_finished',
      'scenario_finished',
      'run_finished',
    ]);
    expect(grid.events[1]).toMatchObject({ suite: 'suite', name: 'a', agent: 'agent-1' });
    expect(grid.events[4]).toMatchObject({ record: { verdict: passed, steps: [] } });
    expect(await grid.scenarios()).toMatchObject([
      {
        id: 'a',
        verdict: passed,
        attempts: [{ attempt: 1, agent: 'agent-1', host: 'host-of-agent-1', state: 'closed' }],
        steps: [
          { id: 'steps.0', command: 'true', result: { verdict: passed } },
          { id: 'steps.1', command: 'true', result: { verdict: passed } },
        ],
      },
    ]);
  });

  it('that is submitted again is the same run', async () => {
    await grid.submit(scenario({ name: 'a' }), scenario({ name: 'b' }));
    await grid.submit(scenario({ name: 'a' }), scenario({ name: 'b' }));
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ scenarioCount: 2, stepCount: 2 });
    expect(await grid.coordinator.runs.list(10)).toHaveLength(1);
  });

  it('goes on where a submission broke off, and begins with the chunks that are there', async () => {
    const agent = await grid.agent('agent-1');
    const [a, b] = [scenario({ name: 'a' }), scenario({ name: 'b' })];
    const cut = grid.coordinator.runs.submit({
      ...submission(run, []),
      scenarios: (function* () {
        yield [submitted(a)];
        throw new GridError('unavailable', 'the client is gone');
      })(),
    });
    const [[outcome]] = await Promise.all([Promise.allSettled([cut]), grid.advance(0)]);
    expect(outcome).toMatchObject({ reason: { message: 'the client is gone' } });
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'submitting', scenarioCount: 1 });
    agent.run(agent.delivery('0'));
    await grid.submit(a, b);
    agent.run(agent.delivery('1'));
    await grid.advance(0);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'finished', steps: { passed: 2 } });
  });

  it('whose submission is never completed is cancelled', async () => {
    grid.coordinator.runs
      .submit({
        ...submission(run, []),
        scenarios: (function* () {
          yield [submitted(scenario({ name: 'a' }))];
          throw new GridError('unavailable', 'the client is gone');
        })(),
      })
      .catch(() => {});
    await grid.advance(11 * 60_000);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({
      state: 'finished',
      scenarios: { cancelled: 1 },
    });
  });

  it('of no scenario ends at once', async () => {
    await grid.submit();
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'finished', scenarioCount: 0 });
  });

  it('that nobody knows is not found', async () => {
    const unknown = id<RunId>('unknown');
    await expect(grid.coordinator.runs.get(unknown)).rejects.toMatchObject({ code: 'not_found' });
    await expect(grid.coordinator.runs.cancel(unknown, '')).rejects.toMatchObject({ code: 'not_found' });
    const watch = grid.coordinator.runs.watch(
      unknown,
      { cursor: 0, steps: 'every' },
      new AbortController().signal,
    );
    await expect(Array.fromAsync(watch)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a watch', () => {
  it('resumes after the last cursor it saw, also on the next coordinator', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 3 }));
    grid.watch();
    agent.run(agent.delivery('0'));
    await grid.advance(0);
    const all = grid.events.splice(0);
    expect(all.map((event) => event.cursor)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    grid.kill();
    await grid.open();
    for (const { cursor } of all.slice(0, -1)) {
      grid.watch({ cursor });
      await grid.advance(0);
      expect(grid.events.splice(0)).toEqual(all.filter((event) => event.cursor > cursor));
    }
  });

  it('that wants no more is told of passed steps in one event, wherever it takes up', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 3 }));
    const { ref } = agent.delivery('0');
    const results = [passed, failed('expectation', 'no'), passed];
    agent.say({
      kind: 'frame',
      ref,
      seq: 1,
      results: results.map((verdict, index) => stepResult(stepId(index), verdict)),
    });
    await grid.advance(0);
    for (const cursor of [0, 3, 4, 5]) {
      grid.watch({ cursor, steps: 'failures' });
      await grid.advance(0);
      expect(grid.events.splice(0).filter(({ kind }) => kind.startsWith('step'))).toMatchObject(
        [
          { cursor: 4, kind: 'step_finished', name: 'step 1' },
          { cursor: 5, kind: 'steps_passed', scenario: 'a', steps: ['steps.0', 'steps.2'] },
        ].filter((event) => event.cursor > cursor),
      );
    }
  });

  it('is told which step runs now, and what a scenario waits for', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    grid.watch();
    await grid.advance(0);
    const { ref } = agent.delivery('0');
    agent.say({ kind: 'preparing', ref, message: 'pulling postgres:15' });
    agent.say({ kind: 'progress', ref, step: stepId(0) });
    await grid.advance(0);
    expect(grid.events.slice(1)).toMatchObject([
      { kind: 'scenario_preparing', scenario: 'a', message: 'pulling postgres:15' },
      { kind: 'step_started', scenario: 'a', step: 'steps.0', name: 'step 0' },
    ]);
  });

  it('is told when nothing can run because there is no agent', async () => {
    await grid.submit(scenario({ name: 'a' }));
    grid.watch();
    await grid.advance(3000);
    expect(grid.events).toContainEqual(
      expect.objectContaining({ kind: 'waiting', message: 'No agent is connected.' }),
    );
  });

  it('ends with the coordinator', async () => {
    await grid.submit(scenario({ name: 'a' }));
    const watched = Array.fromAsync(
      grid.coordinator.runs.watch(run, { cursor: 0, steps: 'every' }, new AbortController().signal),
    );
    await grid.coordinator.close();
    await expect(watched).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a draining agent', () => {
  it('gets nothing', async () => {
    const agent = await grid.agent('agent-1', { slots: 0 });
    await grid.submit(scenario({ name: 'a' }));
    await grid.advance(60_000);
    expect(agent.deliveries).toEqual([]);
  });

  it('is no other host to wait for', async () => {
    const one = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a' }));
    await grid.agent('agent-2', { slots: 0 });
    one.run(one.delivery('0'), [broken('disk_full', 'no space')]);
    await grid.advance(0);
    expect(one.delivery('0').ref.attempt).toBe(2);
  });
});

describe('assignment', () => {
  it('takes the longest expected first', async () => {
    await grid.submit(scenario({ name: 'short', steps: 1 }), scenario({ name: 'long', steps: 9 }));
    const agent = await grid.agent('agent-1');
    expect(agent.deliveries.map((delivery) => delivery.scenario.name)).toEqual(['long', 'short']);
  });

  it('remembers what scenarios took for the next run', async () => {
    const agent = await grid.agent('agent-1', { slots: 2 });
    await grid.submit(scenario({ name: 'a' }), scenario({ name: 'b' }));
    for (const delivery of agent.deliveries) agent.run(delivery);
    await grid.advance(0);
    expect(grid.store.expectedMs([id('a'), id('unknown')])).toEqual([10, null]);
  });

  it('binds no more than the slots and a little work ahead', async () => {
    const agent = await grid.agent('agent-1', { slots: 2 });
    await grid.submit(...Array.from({ length: 20 }, (_, index) => scenario({ name: `${index}`, steps: 10 })));
    expect(agent.deliveries).toHaveLength(2);
  });
});

describe('the store', () => {
  it('that fails answers nothing, and nothing that was answered is lost', async () => {
    const agent = await grid.agent('agent-1');
    await grid.submit(scenario({ name: 'a', steps: 2 }));
    const { ref } = agent.delivery('0');
    agent.say({ kind: 'accepted', ref });
    agent.say({ kind: 'frame', ref, seq: 1, results: [stepResult(stepId(0), passed)] });
    await grid.advance(0);
    expect(agent.answers('framesStored')).toEqual([{ kind: 'framesStored', ref, seq: 1, answer: 'stored' }]);

    grid.storeFailure = new GridError('disk_full', 'no space');
    agent.say({ kind: 'frame', ref, seq: 2, results: [stepResult(stepId(1), passed)] });
    await grid.advance(0);
    expect(agent.answers('framesStored')).toHaveLength(1);
    expect(agent.closedBecause).toBe('the run store failed');
    await expect(grid.coordinator.runs.cancel(run, 'no')).rejects.toMatchObject({ code: 'unavailable' });

    grid.storeFailure = null;
    await grid.advance(1500);
    agent.holds = [ref];
    agent.connect(grid.coordinator);
    await grid.advance(0);
    agent.say({ kind: 'frame', ref, seq: 1, results: [stepResult(stepId(0), passed)] });
    agent.say({ kind: 'frame', ref, seq: 2, results: [stepResult(stepId(1), passed)] });
    agent.close(ref, passed, 2);
    await grid.advance(0);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'finished', steps: { passed: 2 } });
  });

  it('that fails during a submission rejects it, and the same submission works later', async () => {
    grid.storeFailure = new GridError('disk_full', 'no space');
    await expect(grid.submit(scenario({ name: 'a' }))).rejects.toMatchObject({ code: 'disk_full' });
    grid.storeFailure = null;
    await grid.advance(1500);
    await grid.submit(scenario({ name: 'a' }));
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'running', scenarioCount: 1 });
  });

  it('that failed and works again before the next part of a submission arrives still rejects it', async () => {
    const [a, b] = [scenario({ name: 'a' }), scenario({ name: 'b' })];
    const slowClient = Promise.withResolvers<void>();
    const cut = grid.coordinator.runs.submit({
      ...submission(run, []),
      scenarios: (async function* () {
        grid.storeFailure = new GridError('disk_full', 'no space');
        yield [submitted(a)];
        await slowClient.promise;
        yield [submitted(b)];
      })(),
    });
    cut.catch(() => {});
    await grid.advance(10);
    grid.storeFailure = null;
    await grid.advance(1500);
    slowClient.resolve();
    await grid.advance(0);
    await expect(cut).rejects.toMatchObject({ code: 'disk_full' });
    await grid.submit(a, b);
    expect(await grid.coordinator.runs.get(run)).toMatchObject({ state: 'running', scenarioCount: 2 });
  });
});
