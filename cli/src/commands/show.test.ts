import { type AgentId, id, type RunId, type ShardId } from '@cleangrid/core/ids.ts';
import {
  sampleOutput,
  sampleRun,
  sampleScenario,
  sampleStep,
} from '@cleangrid/core/report/sample-records.ts';
import { failed, noOutcomes, passed } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { type FakeContext, fakeContext } from '../fake/fake-context.ts';
import { fakeRuns } from '../fake/fake-runs.ts';
import { runsCommand } from './runs.ts';
import { showCommand } from './show.ts';

const missed = failed('expectation', 'exit was not met');
const long = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join('');

function history(isLive = false): FakeContext {
  const records = [
    sampleRun({ run: id<RunId>('abc1'), scenarios: { ...noOutcomes(), failed: 1, passed: 1 } }),
    sampleRun({ run: id<RunId>('abd2') }),
    sampleRun({
      run: id<RunId>('xyz'),
      state: 'interrupted',
      finishedAtMs: null,
      suites: ['a', 'b'.repeat(200)],
    }),
  ];
  const scenarios = [
    sampleScenario({ steps: [sampleStep({ name: 'open', phase: 'setup' }), sampleStep({ name: 'pay' })] }),
    sampleScenario({
      name: 'refund',
      verdict: missed,
      steps: [
        sampleStep({ name: 'pay back', result: { verdict: missed, stdout: sampleOutput(long) } }),
        sampleStep({ name: 'tell', result: null }),
      ],
    }),
  ];
  return fakeContext({ runs: fakeRuns({ records, scenarios }), isLive });
}

async function shown(run: string, step?: string): Promise<string> {
  const context = history();
  expect(await showCommand({ run, step }, {}, context)).toBe(0);
  return context.terminal.out.text();
}

test('shows why a scenario passed only in fresh containers', async () => {
  const place = {
    shard: id<ShardId>('0'),
    agent: id<AgentId>('local'),
    host: 'box',
    state: 'closed' as const,
  };
  const attempts = [
    { ...place, attempt: 1, fresh: false, verdict: missed },
    { ...place, attempt: 2, fresh: true, verdict: passed },
  ];
  const scenarios = [sampleScenario({ flaky: true, attempts })];
  const context = fakeContext({ runs: fakeRuns({ records: [sampleRun({ run: id('abc1') })], scenarios }) });
  expect(await showCommand({ run: 'abc1', step: undefined }, {}, context)).toBe(0);
  const text = context.terminal.out.text();
  expect(text).toContain('2 attempts, suspected pollution: it passed in fresh containers');
  expect(text).toContain('attempt 1 failed (expectation): exit was not met (agent local, host box)');
  expect(text).not.toContain('trace');
  const linked = fakeContext({ runs: context.runs, environment: { CLEANGRID_TRACE_URL: 'http://jaeger' } });
  await showCommand({ run: 'abc1', step: undefined }, {}, linked);
  expect(linked.terminal.out.text()).toContain('  trace      http://jaeger/trace/');
});

test('lists runs with their time, verdict and counts', async () => {
  const context = history();
  expect(await runsCommand({}, context)).toBe(0);
  const lines = context.terminal.out.text().trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^abc1 {2}2026-01-0\d \d\d:\d\d:\d\d +2s {2}failed +orders {2}scenarios: 1 passed, 1 failed$/u,
  );
  expect(lines[2]).toMatch(/interrupted {2}a, b+ {2}/u);
});

test('lists as many runs as it is asked for, each in one line of the terminal', async () => {
  const context = history(true);
  await runsCommand({ limit: 2 }, context);
  expect(context.terminal.out.screen()).toHaveLength(2);
  const all = history(true);
  await runsCommand({}, all);
  expect(all.terminal.out.screen()[2]?.length).toBeLessThanOrEqual(80);
});

test('says what to do when nothing ran yet', async () => {
  const context = fakeContext();
  await runsCommand({}, context);
  expect(context.terminal.out.text()).toContain('Begin with cleangrid run.');
  await expect(showCommand({ run: 'latest' }, {}, context)).rejects.toThrow('nothing ran here yet');
});

test('shows a run: its scenarios, its steps by number, and what failed', async () => {
  const text = await shown('latest');
  expect(text).toContain('run abc1  failed  2026-01-0');
  expect(text).toMatch(/passed +checkout {2}1\.24s, waited 300ms, agent local on box/u);
  expect(text).toMatch(/^ +1 {2}passed +setup: open {2}12ms$/mu);
  expect(text).toMatch(/^ +3 {2}FAILED +pay back {2}12ms$/mu);
  expect(text).toMatch(/^ +4 {2}unfinished tell/mu);
  expect(text).toContain('failed (expectation) in step 1 of 2 "pay back"');
});

test('finds a run by the beginning of its id, and refuses one that could be two', async () => {
  expect(await shown('abc')).toContain('run abc1');
  await expect(showCommand({ run: 'ab' }, {}, history())).rejects.toMatchObject({
    message: '2 runs begin with ab',
    hint: 'Write more of one: abc1, abd2',
  });
  await expect(showCommand({ run: 'q' }, {}, history())).rejects.toThrow('there is no run q');
});

test.each(['3', 'pay back', 'PAY BACK', 'back', 'refund › pay'])(
  'finds a step by %s and shows all its output',
  async (step) => {
    const text = await shown('abc1', step);
    expect(text).toContain('step 3 of run abc1  refund › pay back');
    expect(text).toContain('ran on    agent local (host box)');
    expect(text.match(/│ line \d+/gu)).toHaveLength(100);
  },
);

test('takes the whole name of a step for that step, though others contain it', async () => {
  expect(await shown('abc1', 'pay')).toContain('step 2 of run abc1');
});

test('refuses a step that could be two, and names them', async () => {
  await expect(showCommand({ run: 'abc1', step: 'e' }, {}, history())).rejects.toMatchObject({
    message: '2 steps fit "e"',
    hint: 'Write the number of one:\n    1  checkout › open\n    4  refund › tell',
  });
  await expect(showCommand({ run: 'abc1', step: '9' }, {}, history())).rejects.toThrow(
    'the run has no step 9',
  );
});
