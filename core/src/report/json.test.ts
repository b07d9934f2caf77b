import { expect, test } from 'vitest';
import type { ScenarioRecord } from '../run-service.ts';
import { type AgentId, id, type ShardId } from '../ids.ts';
import { failed, passed } from '../verdict.ts';
import { type JsonReport, jsonReport } from './json.ts';
import { inOrder, joined, sampleOutput, sampleRun, sampleScenario, sampleStep } from './sample-records.ts';

async function report(...scenarios: ScenarioRecord[]): Promise<JsonReport> {
  return JSON.parse(await joined(jsonReport(sampleRun(), inOrder(...scenarios)))) as JsonReport;
}

test('links to traces, where they can be looked at', async () => {
  const links = { run: 'http://jaeger/1', scenario: () => 'http://jaeger/2' };
  const text = await joined(jsonReport(sampleRun(), inOrder(sampleScenario()), links));
  const { run, scenarios } = JSON.parse(text) as JsonReport;
  expect([run.trace, scenarios[0]?.trace]).toEqual(['http://jaeger/1', 'http://jaeger/2']);
});

test('says what the run was', async () => {
  expect((await report()).run).toEqual({
    id: 'run1',
    trace: null,
    suites: ['orders'],
    state: 'finished',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:04:07.000Z',
    scenarios: { passed: 1, failed: 0, broken: 0, skipped: 0, cancelled: 0, flaky: 0 },
    steps: { passed: 1, failed: 0, broken: 0, skipped: 0, cancelled: 0, flaky: 0 },
  });
});

test('lists every scenario with all that is known of it', async () => {
  const verdict = failed('expectation', 'stdout differs');
  const { scenarios, format, version } = await report(
    sampleScenario({ verdict, tags: ['smoke'] }),
    sampleScenario({ name: 'refund', steps: [] }),
  );
  expect([format, version]).toEqual(['cleangrid-report', 1]);
  expect(scenarios.map(({ name }) => name)).toEqual(['checkout', 'refund']);
  expect(scenarios[0]?.steps).toHaveLength(1);
  expect({ ...scenarios[0], steps: [] }).toEqual({
    id: 'orders.cleangrid.toml#checkout',
    suite: 'orders',
    name: 'checkout',
    file: 'orders.cleangrid.toml',
    line: 10,
    column: 1,
    tags: ['smoke'],
    outcome: 'failed',
    reason: 'expectation',
    message: 'stdout differs',
    flaky: false,
    suspectedPollution: false,
    durationMs: 1240,
    waitedMs: 300,
    trace: null,
    attempts: [
      {
        attempt: 1,
        agent: 'local',
        host: 'box',
        fresh: false,
        outcome: 'failed',
        reason: 'expectation',
        message: 'stdout differs',
      },
    ],
    failedChecks: [],
    serviceLogs: [],
    steps: [],
  });
});

test('lists every step with its verdict, output and place', async () => {
  const { scenarios } = await report(
    sampleScenario({ steps: [sampleStep({ result: { stdout: sampleOutput('1\u0000') } })] }),
  );
  expect(scenarios[0]?.steps).toEqual([
    {
      id: 'steps.0',
      name: 'insert an order',
      phase: 'steps',
      file: 'orders.cleangrid.toml',
      line: 20,
      column: 3,
      command: 'psql -c "insert"',
      outcome: 'passed',
      reason: null,
      message: null,
      startedAt: '2026-01-02T03:04:06.000Z',
      durationMs: 12,
      exit: { kind: 'code', code: 0 },
      failedChecks: [],
      stdout: { head: '1\u0000', tail: '', totalBytes: 2, cutBytes: 0 },
      stderr: { head: '', tail: '', totalBytes: 0, cutBytes: 0 },
      where: { agent: 'local', container: '3f2a9c'.padEnd(64, '0'), service: 'db', executor: 'plain' },
      evidence: null,
    },
  ]);
});

test('says of what was not finished that it was not', async () => {
  const { scenarios } = await report(
    sampleScenario({ verdict: null, steps: [sampleStep({ result: null }), sampleStep()] }),
  );
  expect(scenarios[0]).toMatchObject({ outcome: 'unfinished', reason: null });
  expect(scenarios[0]?.steps[0]).toMatchObject({ outcome: 'unfinished', startedAt: null, exit: null });
  expect(scenarios[0]?.steps[1]).toMatchObject({ outcome: 'passed' });
});

test('hands over a large scenario step by step', async () => {
  const steps = Array.from({ length: 1000 }, () => sampleStep());
  let longest = 0;
  for await (const piece of jsonReport(sampleRun(), inOrder(sampleScenario({ steps })))) {
    longest = Math.max(longest, piece.length);
  }
  expect(longest).toBeLessThan(1000);
});

test('keeps both outcomes of a failure that fresh containers did not repeat', async () => {
  const place = {
    shard: id<ShardId>('0'),
    agent: id<AgentId>('local'),
    host: 'box',
    state: 'closed' as const,
  };
  const attempts = [
    { ...place, attempt: 1, fresh: false, verdict: failed('expectation', 'a row too many') },
    { ...place, attempt: 2, fresh: true, verdict: passed },
  ];
  const { scenarios } = await report(sampleScenario({ flaky: true, attempts }));
  expect(scenarios[0]).toMatchObject({
    outcome: 'passed',
    suspectedPollution: true,
    attempts: [
      { outcome: 'failed', message: 'a row too many', fresh: false },
      { outcome: 'passed', fresh: true },
    ],
  });
});
