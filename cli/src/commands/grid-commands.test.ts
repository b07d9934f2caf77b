import { type AgentId, id, type RunId } from '@cleangrid/core/ids.ts';
import {
  sampleOutput,
  sampleRun,
  sampleScenario,
  sampleStep,
} from '@cleangrid/core/report/sample-records.ts';
import type { AgentRecord } from '@cleangrid/core/run-service.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { type FakeContext, fakeContext } from '../fake/fake-context.ts';
import { type FakeHistory, fakeRuns } from '../fake/fake-runs.ts';
import { cancelCommand } from './cancel.ts';
import { logsCommand } from './logs.ts';
import { statusCommand } from './status.ts';
import { watchCommand } from './watch.ts';

const flags = { grid: 'localhost:7443' };
const running = sampleRun({ run: id<RunId>('run2'), state: 'running', finishedAtMs: null });
const failedRun = sampleRun({ scenarios: { ...noOutcomes(), failed: 1 } });
const scenarios = [
  sampleScenario({
    steps: [
      sampleStep({ name: 'pay', result: { stdout: sampleOutput('paid\n') } }),
      sampleStep({ name: 'not yet', result: null }),
    ],
  }),
];

function gridOf(history: FakeHistory): FakeContext {
  return fakeContext({ runs: fakeRuns(history) });
}

function agent(change: Partial<AgentRecord>): AgentRecord {
  return {
    agent: id<AgentId>('one'),
    host: 'box',
    state: 'ready',
    slots: 4,
    held: 0,
    running: 0,
    runs: [],
    executor: 'supervisor',
    version: '0.1.0',
    pool: [],
    ...change,
  };
}

test('status lists agents with what they do, and runs that are not finished', async () => {
  const agents = [
    agent({
      held: 5,
      running: 3,
      runs: [running.run],
      pool: [
        { label: 'cache', ready: 1, leased: 0, changing: 2 },
        { label: 'db', ready: 0, leased: 3, changing: 0 },
      ],
    }),
    agent({ agent: id<AgentId>('two'), state: 'absent', executor: null, version: null }),
    agent({ agent: id<AgentId>('three'), state: 'troubled' }),
  ];
  const context = gridOf({ records: [running, failedRun], agents });
  expect(await statusCommand(flags, context)).toBe(0);
  const [head, one, cache, db, two, three, unfinished, run, ...rest] = context.terminal.out.screen();
  expect(head).toBe('grid localhost:7443  3 agents, 1 ready, 3 of 4 slots busy');
  expect(one).toBe(
    '  one  ready  3 of 4 busy, 2 waiting  host box  executor supervisor  version 0.1.0  runs run2',
  );
  expect([cache, db]).toEqual([
    '    pool cache  1 ready, 0 leased, 2 changing',
    '    pool db  0 ready, 3 leased',
  ]);
  expect(two).toContain('absent, may come back');
  expect(three).toContain('troubled: Docker did not answer there, or the disk was full');
  expect(unfinished).toBe('1 unfinished run');
  expect(run).toContain('run2');
  expect(rest).toEqual([]);
});

test('status says what to do where there is no agent', async () => {
  const context = gridOf({});
  await statusCommand(flags, context);
  expect(context.terminal.out.text()).toContain('Start one with cleangrid agent.');
});

test('cancel cancels a run once, and not one that has finished', async () => {
  const context = gridOf({ records: [running, failedRun] });
  expect(await cancelCommand('run2', flags, context)).toBe(0);
  expect(context.runs.cancelled).toEqual([{ run: 'run2', message: 'cancelled with cleangrid cancel' }]);
  expect(await cancelCommand(failedRun.run, flags, context)).toBe(0);
  expect(context.runs.cancelled).toHaveLength(1);
  expect(context.done).toEqual(['dial', 'hang up', 'dial', 'hang up']);
});

test('logs prints the output of what has ended, also of runs of this machine', async () => {
  const context = gridOf({ records: [running], scenarios });
  expect(await logsCommand('latest', {}, context)).toBe(0);
  expect(context.done).toEqual([]);
  const text = context.terminal.out.text();
  expect(text).toMatch(/checkout › pay .*passed/u);
  expect(text).toContain('  │ paid\n');
  expect(text).not.toContain('not yet');
});

test.each([
  [['orders'], /^checkout › pay /u],
  [['orders', 'returns'], /^orders › checkout › pay /u],
])(
  'logs follows a run of a grid to its end, and names the suite where there are %s',
  async (suites, said) => {
    const context = gridOf({ records: [{ ...running, suites }] });
    const code = logsCommand('latest', { ...flags, follow: true }, context);
    const { runs } = context;
    const [scenario] = scenarios;
    const result = scenario?.steps[0]?.result;
    if (!scenario || !result) throw new Error('the sample has a result');
    await runs.started;
    const place = { agent: id<AgentId>('one'), host: 'box', attempt: 1 };
    runs.tell({
      kind: 'scenario_started',
      scenario: scenario.id,
      suite: 'orders',
      name: 'checkout',
      ...place,
    });
    runs.tell({ kind: 'step_finished', scenario: scenario.id, name: 'pay', result });
    await expect.poll(() => context.terminal.out.text()).toContain('  │ paid\n');
    runs.tell({ kind: 'run_finished', record: failedRun });
    expect(await code).toBe(0);
    expect(context.terminal.out.text()).toMatch(said);
  },
);

test('watch shows a run to its end and ends with its exit code', async () => {
  const context = gridOf({ records: [running], scenarios });
  const code = watchCommand('run2', flags, context);
  await context.runs.started;
  context.runs.tell({ kind: 'run_finished', record: failedRun });
  expect(await code).toBe(1);
  expect(context.terminal.out.text()).toContain('Failed in');
  expect(context.done).toEqual(['dial', 'hang up']);
});

test.each([
  ['watch', () => watchCommand('run2', {}, gridOf({}))],
  ['cancel', () => cancelCommand('run2', {}, gridOf({}))],
  ['status', () => statusCommand({}, gridOf({}))],
  ['logs -f', () => logsCommand('run2', { follow: true }, gridOf({}))],
])('%s needs a grid', async (_name, command) => {
  await expect(command()).rejects.toMatchObject({ code: 'bad_usage', message: 'no grid is named' });
});
