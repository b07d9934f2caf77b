import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ScenarioId, id } from '@cleangrid/core/ids.ts';
import { failuresShownMax, redrawMsMin, silenceMsMax } from '@cleangrid/core/limits.ts';
import {
  sampleOutput,
  sampleRun,
  sampleScenario,
  sampleStep,
} from '@cleangrid/core/report/sample-records.ts';
import type { ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { broken, failed, noOutcomes } from '@cleangrid/core/verdict.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeRuns } from '../fake/fake-runs.ts';
import { openRunFolder, type RunFolder } from '../fake/start-run.ts';

let folder: RunFolder;
beforeEach(() => {
  folder = openRunFolder();
});
afterEach(() => folder.remove());

const passedRun = sampleRun({ scenarioCount: 1, scenarios: { ...noOutcomes(), passed: 1 } });
const failedRun = sampleRun({ scenarios: { ...noOutcomes(), failed: 1 } });
const missed = failed('expectation', 'stdout differs');

function failedScenario(name = 'checkout'): ScenarioRecord {
  const source = { file: 'orders.cleangrid.toml', line: 12, column: 1 };
  const check = { what: 'stdout.equals', expected: 'bob', actual: 'alice\n', source };
  return sampleScenario({
    id: id<ScenarioId>(name),
    name,
    verdict: missed,
    steps: [sampleStep({ name: 'pay', result: { verdict: missed, failedChecks: [check] } })],
  });
}

test('submits what the suites say and exits with 0 when all passed', async () => {
  const running = folder.start({ var: { user: 'bob' } });
  expect(await running.end(passedRun, sampleScenario())).toBe(0);
  const [submitted] = running.context.runs.submitted;
  expect(submitted?.scenarios.map(({ name }) => name)).toEqual(['checkout', 'refund']);
  expect(JSON.stringify(submitted?.scenarios)).toContain('bob');
  expect(submitted?.submission.blobs.size).toBe(2);
  expect(running.context.done).toEqual(['open', 'close']);
  const text = running.context.terminal.out.text();
  expect(text).toContain('passed      1.24s  checkout\n');
  expect(text).toContain('Passed in 2s\n');
  expect(text).toContain('run run1 · look again with cleangrid show run1 · exit code 0\n');
});

test('links to the trace at its start, beside what failed, and in its reports', async () => {
  const traceUrl = 'http://jaeger/{trace}';
  const link = traceUrl.replace('{trace}', runSpan(failedRun.run).traceId);
  const record = { ...failedRun, traceUrl };
  const scenario = failedScenario();
  const runs = fakeRuns({ scenarios: [scenario] });
  const otlpEndpoint = 'http://jaeger:4318';
  const running = folder.start({ traceUrl, otlpEndpoint, junit: 'j.xml', json: 'r.json' }, { runs });
  await running.end(record, scenario);
  expect(running.context.gridOptions[0]?.traceUrl).toBe(traceUrl);
  const text = running.context.terminal.out.text();
  expect(text.startsWith(`trace ${link}\n`)).toBe(true);
  expect(text).toContain(`  trace     ${link}\n`);
  for (const file of ['j.xml', 'r.json'])
    expect(readFileSync(join(folder.cwd, file), 'utf8')).toContain(link);
  await expect(folder.start({ traceUrl: 'jaeger' }).code).rejects.toMatchObject({ code: 'bad_usage' });
  await expect(folder.start({ traceUrl }).code).rejects.toThrow('they are sent nowhere');
  const unsent = folder.start({}, { environment: { CLEANGRID_TRACE_URL: traceUrl } });
  await unsent.end(failedRun);
  expect(unsent.context.gridOptions[0]?.traceUrl).toBeNull();
});

test.each([
  [{ failed: 1, passed: 3 }, 1, 'Failed'],
  [{ broken: 1, passed: 3 }, 3, 'Broken'],
  [{ broken: 1, failed: 3 }, 1, 'Failed'],
  [{ cancelled: 1, failed: 3 }, 4, 'Cancelled'],
  [{ skipped: 1, passed: 1 }, 0, 'Passed'],
])('ends a run of %j with %i', async (counts, code, headline) => {
  const running = folder.start();
  expect(await running.end(sampleRun({ scenarios: { ...noOutcomes(), ...counts } }))).toBe(code);
  expect(running.context.terminal.out.text()).toContain(`${headline} in`);
});

test('runs only what is selected', async () => {
  const selected = folder.start({ select: ['ref'] });
  await selected.end(passedRun);
  expect(selected.context.runs.submitted[0]?.scenarios.map(({ name }) => name)).toEqual(['refund']);
  const tagged = folder.start({ tag: ['smoke'] });
  await tagged.end(passedRun);
  expect(tagged.context.runs.submitted[0]?.scenarios.map(({ name }) => name)).toEqual(['checkout']);
});

test('never takes an empty selection for a success, and starts nothing', async () => {
  const { code, context } = folder.start({ select: ['nothing'] });
  await expect(code).rejects.toMatchObject({ code: 'nothing_selected' });
  expect(context.done).toEqual([]);
});

test('says every problem of a broken suite and starts nothing', async () => {
  writeFileSync(join(folder.cwd, 'other.cleangrid.toml'), '[suite]\nname = 1\nnmae = 2\n');
  const { code, context } = folder.start();
  await expect(code).rejects.toMatchObject({
    code: 'bad_suite',
    message: 'nothing was run, because the suites have 3 errors',
  });
  expect(context.terminal.err.text()).toContain('other.cleangrid.toml:3:1: error CG1101');
  expect(context.done).toEqual([]);
});

test('gives the grid its slots, aliases and log level', async () => {
  const running = folder.start(
    { slots: 5, imageAlias: ['c=d'], logLevel: 'debug' },
    { environment: { CLEANGRID_IMAGE_ALIASES: 'a=b', CLEANGRID_LOG: 'warn' } },
  );
  await running.end(passedRun);
  expect(running.context.gridOptions).toEqual([
    {
      slots: 5,
      keepWarmMs: 600_000,
      imageAliases: ['a=b', 'c=d'],
      logLevel: 'debug',
      otlp: null,
      traceUrl: null,
    },
  ]);
  const other = folder.start({ keepWarm: false }, { environment: { CLEANGRID_LOG: 'warn' } });
  await other.end(passedRun);
  expect(other.context.gridOptions).toEqual([
    { slots: null, keepWarmMs: 0, imageAliases: [], logLevel: 'warn', otlp: null, traceUrl: null },
  ]);
});

test('tells a failure with the line of the suite, once when it happens and once in the summary', async () => {
  const running = folder.start();
  await running.end(failedRun, failedScenario());
  const text = running.context.terminal.out.text();
  expect(text).toContain('FAILED      1.24s  checkout\n');
  expect(text).toContain('12 │ run = "echo ${vars.user}"');
  expect(text).toContain('    - bob\n    + alice\n');
  expect(text).toContain('FAILED    checkout › pay (expectation)  orders.cleangrid.toml:12:1');
});

test('says whose fault it was when the grid broke', async () => {
  const verdict = broken('daemon_unavailable', 'Docker went away');
  const running = folder.start();
  await running.end(
    sampleRun({ scenarios: { ...noOutcomes(), broken: 1 } }),
    sampleScenario({ verdict, steps: [sampleStep({ result: { verdict } })] }),
  );
  const text = running.context.terminal.out.text();
  expect(text).toContain('BROKEN');
  expect(text).toContain("1 scenario could not be judged: the grid's fault, not the suite's.");
  expect(text).toContain('cleangrid doctor');
});

test('prints many failures in a line each', async () => {
  const running = folder.start();
  const scenarios = Array.from({ length: 100 }, (_, index) => failedScenario(`s${index}`));
  await running.end(sampleRun({ scenarios: { ...noOutcomes(), failed: 100 } }), ...scenarios);
  const text = running.context.terminal.out.text();
  expect(text.match(/- expected {3}\+ actual/gu)).toHaveLength(failuresShownMax);
  expect(text.match(/^FAILED {6}1\.24s/gmu)).toHaveLength(100);
  expect(text).toContain('… and 50 more\n');
});

test('prints with --quiet only what did not pass, with --verbose every step and its output', async () => {
  const quiet = folder.start({ quiet: true });
  await quiet.end(failedRun, sampleScenario({ name: 'fine' }), failedScenario());
  expect(quiet.context.terminal.out.text()).not.toContain('fine');
  expect(quiet.context.terminal.out.text()).toContain('FAILED');
  const verbose = folder.start({ verbose: true });
  await verbose.context.runs.started;
  const { result } = sampleStep({ result: { stdout: sampleOutput('hello\n') } });
  const scenario = verbose.context.runs.submitted[0]?.scenarios[0]?.id ?? id<ScenarioId>('none');
  if (result) verbose.context.runs.tell({ kind: 'step_finished', scenario, name: 'pay', result });
  await verbose.end(passedRun);
  expect(verbose.context.terminal.out.text()).toContain('12ms  checkout › pay\n  │ hello\n');
});

test('writes both reports, into folders that it makes', async () => {
  const runs = fakeRuns({ scenarios: [sampleScenario()] });
  const running = folder.start({ junit: 'out/j.xml', json: 'out/deep/r.json' }, { runs });
  expect(await running.end(passedRun)).toBe(0);
  expect(readFileSync(join(folder.cwd, 'out/j.xml'), 'utf8')).toContain(
    '<testsuite name="orders › checkout"',
  );
  expect(JSON.parse(readFileSync(join(folder.cwd, 'out/deep/r.json'), 'utf8'))).toMatchObject({
    scenarios: [{ name: 'checkout' }],
  });
});

test('says before anything runs that a report cannot be written', async () => {
  mkdirSync(join(folder.cwd, 'out'));
  const { code, context } = folder.start({ junit: 'out' });
  await expect(code).rejects.toMatchObject({ code: 'bad_usage' });
  expect(context.done).toEqual([]);
});

test.each([
  [passedRun, 2],
  [failedRun, 1],
])('keeps the verdict when a report cannot be written after the run', async (record, expected) => {
  const running = folder.start({ junit: 'out/j.xml' });
  await running.context.runs.started;
  rmSync(join(folder.cwd, 'out'), { recursive: true });
  expect(await running.end(record)).toBe(expected);
  expect(running.context.terminal.out.text()).toContain('cannot write the report');
});

test('keeps the verdict when containers cannot be removed, and says so', async () => {
  const closing = Promise.reject(new Error('Docker is gone'));
  closing.catch(() => {});
  const failing = folder.start({}, { closing });
  expect(await failing.end(failedRun)).toBe(1);
  expect(failing.context.terminal.out.text()).toContain('Docker is gone');
  const fine = folder.start({}, { closing });
  expect(await fine.end(passedRun)).toBe(3);
});

test('says what a killed run left behind', async () => {
  const running = folder.start({}, { removedAtStart: 3 });
  await running.end(passedRun);
  expect(running.context.terminal.out.text()).toContain('Removed what a killed run left behind: 3');
});

test('redraws a calm status on a terminal and leaves only lines', async () => {
  const running = folder.start({}, { isLive: true });
  const { context } = running;
  await context.runs.started;
  const scenario = context.runs.submitted[0]?.scenarios[0]?.id ?? id<ScenarioId>('none');
  const started = {
    scenario,
    suite: 'orders',
    name: 'checkout',
    attempt: 1,
    agent: id<never>('local'),
    host: 'box',
  };
  context.runs.tell({ kind: 'run_started', record: passedRun });
  context.runs.tell({ kind: 'scenario_started', ...started });
  context.runs.tell({ kind: 'step_started', scenario, step: id('steps.0'), name: 'pay' });
  await new Promise((resolve) => setImmediate(resolve));
  context.clock.advance(redrawMsMin);
  expect(context.terminal.out.screen()).toEqual([
    '',
    'running 0s · 0 of 2 scenarios · 0 of 2 steps · 1 running',
    '      0s  checkout 1/1 pay',
  ]);
  await running.end(passedRun, sampleScenario());
  expect(context.terminal.out.screen().slice(0, 3)).toEqual([
    'passed      1.24s  checkout',
    '',
    'Passed in 2s',
  ]);
});

test('writes no control code into a pipe, whatever the program printed', async () => {
  const running = folder.start({ verbose: true });
  const scenario = failedScenario('\u001b[2Jcheckout');
  const evil = sampleOutput('\u001b[31mred\u001b[0m\u0007\n');
  const steps = [sampleStep({ name: '\u001b]0;title\u0007', result: { verdict: missed, stdout: evil } })];
  await running.end(failedRun, {
    ...scenario,
    steps,
    serviceLogs: [{ service: id('db'), lines: ['\u001b[2J'] }],
  });
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  expect(running.context.terminal.out.text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/u);
});

test('says in a pipe what runs when nothing was said for long', async () => {
  const running = folder.start();
  const { context } = running;
  await context.runs.started;
  context.clock.advance(silenceMsMax);
  expect(context.terminal.out.text()).toBe('starting 30s · 0 of 2 scenarios · 0 of 2 steps\n');
  await running.end(passedRun);
});

test('does not tear a log that is shown by redrawing lines', async () => {
  const running = folder.start({ logLevel: 'info' }, { isLive: true });
  await running.end(passedRun);
  expect(running.context.terminal.out.text()).not.toContain('\u001b');
});
