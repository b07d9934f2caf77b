import { failedStepsShownMax, failureOutputLinesMax } from '@cleangrid/core/limits.ts';
import { type AgentId, id, type ShardId } from '@cleangrid/core/ids.ts';
import { sampleOutput, sampleScenario, sampleStep } from '@cleangrid/core/report/sample-records.ts';
import type { ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { broken, failed, passed, skipped, type Verdict } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { createPaint } from './paint.ts';
import { renderFailure } from './render-failure.ts';
import { noteFailure } from './render-summary.ts';

function rendered(record: ScenarioRecord, line: string | null = null): string {
  return renderFailure(record, {
    paint: createPaint(false),
    sourceLine: () => line,
    links: { scenario: ({ attempts }) => (attempts.length === 5 ? 'http://jaeger/5' : null) },
  }).join('\n');
}

const source = { file: 'orders.cleangrid.toml', line: 22, column: 11 };
const missed = failed('expectation', 'stdout.equals was not met');

function failing(verdict: Verdict, result: Parameters<typeof sampleStep>[0] = {}): ScenarioRecord {
  return sampleScenario({
    verdict,
    steps: [sampleStep({ ...result, result: { verdict, ...result.result } })],
  });
}

test('links to the trace, where traces can be looked at', () => {
  const [attempt] = sampleScenario().attempts;
  const attempts = Array.from({ length: 5 }, () => attempt).flatMap((one) => one ?? []);
  expect(rendered({ ...failing(missed), attempts })).toContain('  trace     http://jaeger/5');
  expect(rendered(failing(missed))).not.toContain('trace');
});

test('points at the line of the expectation', () => {
  const check = { what: 'stdout.equals', expected: '3', actual: '4\n', source };
  const text = rendered(failing(missed, { result: { failedChecks: [check] } }), 'expect = { stdout = "3" }');
  expect(text).toContain(
    [
      '  at orders.cleangrid.toml:22:11',
      '    22 │ expect = { stdout = "3" }',
      '       │           ^',
      '  stdout.equals',
      '    - expected   + actual',
      '    - 3',
      '    + 4',
    ].join('\n'),
  );
});

test('says the place alone when the file cannot be read any more', () => {
  const check = { what: 'exit', expected: 'exit code 0', actual: 'exit code 1', source };
  const text = rendered(failing(missed, { result: { failedChecks: [check] } }));
  expect(text).toContain(
    '  at orders.cleangrid.toml:22:11\n  expected  exit code 0\n  actual    exit code 1',
  );
});

test('says that an output is empty which should not be', () => {
  const check = { what: 'stdout.matches', expected: '/2/', actual: '', source };
  const text = rendered(failing(missed, { result: { failedChecks: [check] } }));
  expect(text).toContain('  expected  stdout.matches /2/\n  actual    (nothing)');
});

test('the summary names the place of the first expectation that was written, as the failure does', () => {
  const exit = { what: 'exit', expected: 'exit code 0', actual: 'exit code 1', source: null };
  const output = { what: 'stdout.matches', expected: '/2/', actual: '', source };
  const record = failing(missed, { result: { failedChecks: [exit, output] } });
  expect(rendered(record)).toContain('at orders.cleangrid.toml:22:11');
  expect(noteFailure(record, false).place).toBe('orders.cleangrid.toml:22:11');
});

test('the summary names the suite where there are several', () => {
  const label = (withSuite: boolean): string => noteFailure(failing(missed), withSuite).label;
  expect([label(true), label(false)]).toEqual([
    'orders › checkout › insert an order',
    'checkout › insert an order',
  ]);
});

test('points at the step when nobody wrote the expectation', () => {
  const check = { what: 'exit', expected: 'exit code 0', actual: 'exit code 1', source: null };
  expect(rendered(failing(missed, { result: { failedChecks: [check] } }))).toContain(
    'at orders.cleangrid.toml:20:3',
  );
});

test('says the step, its command, its end and where it ran', () => {
  const text = rendered(failing(missed, { result: { exit: { kind: 'code', code: 7 } } }));
  expect(text).toContain('failed (expectation) in step 1 of 1 "insert an order"');
  expect(text).toContain('command   psql -c "insert"');
  expect(text).toContain('exit      exit code 7, after 12ms');
  expect(text).toContain('ran on    agent local (host box), container 3f2a9c000000 (service db), plain exec');
});

test('shows the output unless the diff shows it already', () => {
  const stdout = sampleOutput('got this\n');
  const equals = { what: 'stdout.equals', expected: 'x', actual: 'got this\n', source };
  const contains = { what: 'stdout.contains', expected: 'x', actual: 'got this\n', source };
  expect(rendered(failing(missed, { result: { failedChecks: [equals], stdout } }))).not.toContain(
    '│ got this',
  );
  const text = rendered(failing(missed, { result: { failedChecks: [contains], stdout } }));
  expect(text).toContain('expected  stdout.contains x');
  expect(text).toContain('  stdout\n  │ got this');
});

test('shows a span that is not quite as expected as a diff', () => {
  const nearest = {
    what: 'span.nearest',
    expected: 'name "a"\nkind server',
    actual: 'name "a"\nkind client',
    source,
  };
  const text = rendered(failing(missed, { result: { failedChecks: [nearest] } }));
  expect(text).toContain('      name "a"\n    - kind server\n    + kind client\n');
});

test('shows the end of a long output and says what it left out', () => {
  const stderr = sampleOutput(Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join(''));
  const text = rendered(failing(missed, { result: { stderr } }));
  expect(text).toContain(`│ … ${100 - failureOutputLinesMax} earlier lines\n`);
  expect(text).toContain('│ line 99');
  expect(text).not.toContain('│ line 79\n');
});

test('takes control codes out of outputs', () => {
  const stdout = sampleOutput('\u001b[2J\u001b[31mred\n');
  expect(rendered(failing(missed, { result: { stdout } }))).toContain('│ red');
});

test('says that a broken scenario is the fault of the grid', () => {
  const text = rendered(
    failing(broken('agent_lost', 'agent a1 was lost'), { result: { startedAtMs: null } }),
  );
  expect(text).toContain("broken (agent_lost): the grid's fault, not the suite's in step 1 of 1");
  expect(text).toContain('  agent a1 was lost\n');
  expect(text).toContain('exit      it never started');
});

test('tells what kept a scenario from running when no step failed', () => {
  const verdict = failed('service_not_ready', 'db was not ready within 60s');
  const steps = [sampleStep({ result: { verdict: skipped('service', 'db was not ready') } })];
  const text = rendered(sampleScenario({ verdict, steps }));
  expect(text).toContain('  failed (service_not_ready)\n  db was not ready within 60s\n');
  expect(text).toContain('1 step was skipped because of it');
});

test('shows what was missed of the scenario as a whole, where it is written', () => {
  const source = { file: 'orders.cleangrid.toml', line: 31, column: 3 };
  const check = { what: 'span', expected: 'a span with name "a"', actual: 'no span arrived', source };
  const verdict = failed('expectation', 'not met: span');
  const text = rendered(sampleScenario({ verdict, steps: [sampleStep({})], failedChecks: [check] }));
  expect(text).toContain('at orders.cleangrid.toml:31:3');
  expect(text).not.toContain('at orders.cleangrid.toml:10:1');
  expect(text).toContain('expected  span a span with name "a"');
  expect(text).toContain('actual    no span arrived');
  expect(text).not.toContain('not met: span');
});

test('shows the last lines of the logs of the services', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `log ${index}`);
  const text = rendered({ ...failing(missed), serviceLogs: [{ service: id('db'), lines }] });
  expect(text).toContain('  log of db\n  │ … 20 earlier lines\n  │ log 20\n');
});

test('tells of the attempts before the last one', () => {
  const attempts: ScenarioRecord['attempts'] = [
    { shard: id('0'), attempt: 1, agent: id('a1'), host: 'h1', fresh: false, state: 'lost', verdict: null },
    {
      shard: id('0'),
      attempt: 2,
      agent: id('a2'),
      host: 'h2',
      fresh: false,
      state: 'closed',
      verdict: broken('disk_full', 'no space'),
    },
    {
      shard: id('0'),
      attempt: 3,
      agent: id('local'),
      host: 'box',
      fresh: false,
      state: 'closed',
      verdict: missed,
    },
  ];
  const text = rendered({ ...failing(missed), attempts });
  expect(text).toContain('attempt 1 lost (agent a1, host h1)');
  expect(text).toContain(
    "attempt 2 broken (disk_full): the grid's fault, not the suite's: no space (agent a2, host h2)",
  );
  expect(text).toContain('plain exec, attempt 3');
});

test('tells of a failure in used containers that fresh ones did not repeat, and says of one that they were fresh', () => {
  const place = {
    shard: id<ShardId>('0'),
    agent: id<AgentId>('local'),
    host: 'box',
    state: 'closed' as const,
  };
  const used = { ...place, attempt: 1, fresh: false, verdict: missed };
  const fresh = { ...place, attempt: 2, fresh: true };
  const polluted = rendered(sampleScenario({ attempts: [used, { ...fresh, verdict: passed }] }));
  expect(polluted.trim()).toMatch(/^attempt 1 failed \(expectation\): .*\(agent local, host box\)$/u);
  const attempts = [used, { ...fresh, verdict: missed }];
  expect(rendered({ ...failing(missed), attempts })).toContain('attempt 2 in fresh containers');
});

test('does not repeat what an earlier attempt has in common with the last one', () => {
  const verdict = broken('image_unavailable', 'image x is not on the host');
  const place = {
    shard: id<ShardId>('0'),
    agent: id<AgentId>('local'),
    host: 'box',
    fresh: false,
    state: 'closed' as const,
    verdict,
  };
  const attempts = [
    { ...place, attempt: 1 },
    { ...place, attempt: 2 },
  ];
  const text = rendered(sampleScenario({ verdict, attempts, steps: [] }));
  expect(text).toContain('attempt 1 broken in the same way (agent local, host box)');
  expect(text.match(/not on the host/gu)).toHaveLength(1);
});

test('shows a few of many failed steps and counts the rest', () => {
  const steps = Array.from({ length: 40 }, () => sampleStep({ result: { verdict: missed } }));
  const text = rendered(sampleScenario({ verdict: missed, steps }));
  expect(text.match(/failed \(expectation\) in step/gu)).toHaveLength(failedStepsShownMax);
  expect(text).toContain(`… and ${40 - failedStepsShownMax} more steps that did not pass`);
});
