import { id } from '@cleangrid/core/ids.ts';
import { sampleRun, sampleScenario } from '@cleangrid/core/report/sample-records.ts';
import type { RunRecord, RunSpans, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { fakeRuns } from '../fake/fake-runs.ts';
import { ofAttempt, ofRun, ownSpan, sampleSpan, sampleTraceId } from '../fake/sample-spans.ts';
import type { TraceOptions } from '../handlers.ts';
import { traceCommand } from './trace.ts';

const source = { file: 'orders.cleangrid.toml', line: 30, column: 1 };
const run = ownSpan('run orders', [0, 1000]);
const queue = ownSpan('queue', [0, 500], { parent: 'run' });
const failing = ownSpan('scenario checkout', [500, 1000], {
  parent: 'queue',
  status: { code: 'error', message: 'no' },
  attributes: { 'error.type': 'expectation', 'cleangrid.outcome': 'failed' },
});
const request = sampleSpan('GET /', [600, 700], {
  parentSpanId: failing.spanId,
  resource: { 'service.name': 'shop' },
});
const spans = [ofRun(run), ofAttempt('0', 1, queue, failing, request)];

async function trace(
  options: TraceOptions = {},
  differing: { record?: RunRecord; scenarios?: ScenarioRecord[]; spans?: RunSpans[] } = {},
): Promise<{ code: number; text: string }> {
  const runs = fakeRuns({
    records: [differing.record ?? sampleRun()],
    scenarios: differing.scenarios ?? [sampleScenario(), sampleScenario({ name: 'refund' })],
    spans: differing.spans ?? spans,
  });
  const context = fakeContext({ runs, columns: 100 });
  const code = await traceCommand('latest', options, context);
  return { code, text: context.terminal.out.text() };
}

test('shows each span with its duration, when it was, what went wrong, and the service of foreign ones', async () => {
  const { code, text } = await trace();
  expect(code).toBe(0);
  expect(text.split('\n').slice(1)).toEqual([
    `trace ${sampleTraceId}`,
    '',
    'run orders                      1s  ━━━━━━━━━━━━━━━━━━━━',
    '  scenario checkout          500ms            ━━━━━━━━━━  failed (expectation)',
    '    queue                    500ms  ━━━━━━━━━━',
    '    GET / shop               100ms              ━━',
    '',
  ]);
});

test('shows one scenario alone, over its own time', async () => {
  const { text } = await trace({ scenario: 'check' });
  expect(text).not.toContain('run orders');
  expect(text).toContain('scenario checkout            500ms            ━━━━━━━━━━  failed (expectation)\n');
  await expect(trace({ scenario: 'nothing' })).rejects.toThrow('the run has no scenario nothing');
  await expect(trace({ scenario: 'e' })).rejects.toThrow('2 scenarios fit "e"');
});

test('says the trace of each attempt where each has its own', async () => {
  const { text } = await trace({}, { record: sampleRun({ traceMode: 'linked' }) });
  expect(text).toContain(`failed (expectation)  trace ${sampleTraceId}`);
});

test('counts a run that goes on until its last span, and says what was dropped', async () => {
  const record = sampleRun({ state: 'running', finishedAtMs: null });
  const root = { ...run, endUs: 0, attributes: { 'cleangrid.spans.dropped': 3 } };
  const { text } = await trace({}, { record, spans: [ofRun(root), ...spans.slice(1)] });
  expect(text).toMatch(/run orders +1s/u);
  expect(text).toContain('3 spans of the run were dropped or refused.');
});

test('prints every span as JSON with whose it is', async () => {
  const { text } = await trace({ json: true });
  const report = JSON.parse(text) as { spans: unknown[] };
  expect(report).toMatchObject({ format: 'cleangrid-trace', version: 1, run: 'run1', traceMode: 'single' });
  expect(report.spans).toMatchObject([
    { name: 'run orders', shard: null, attempt: null, isOwn: true },
    { name: 'queue', shard: '0', attempt: 1, isOwn: true },
    { name: 'scenario checkout', traceId: sampleTraceId, isOwn: true },
    { name: 'GET /', isOwn: false, resource: { 'service.name': 'shop' } },
  ]);
});

test('says of what programs send what they say went wrong', async () => {
  const status = { code: 'error' as const, message: 'no kettle' };
  const { text } = await trace({}, { spans: [ofRun(run), ofAttempt('0', 1, { ...request, status })] });
  expect(text).toMatch(/GET \/ shop .*━ +no kettle\n/u);
});

test('says why there is nothing to see where nothing was recorded', async () => {
  const record = sampleRun({ traceMode: 'off' });
  await expect(trace({}, { record })).rejects.toThrow('the run run1 recorded no spans');
});

function expecting(name: string): ScenarioRecord {
  const attempt = sampleScenario().attempts[0];
  const attempts = attempt ? [attempt, { ...attempt, attempt: 2 }] : [];
  const spanExpectations: ScenarioRecord['spanExpectations'] = [
    { kind: 'status', name: 'GET *', status: 'ok', source },
    { kind: 'must_include', from: 'scenario checkout', to: name, source },
  ];
  return sampleScenario({ attempts, spanExpectations });
}

const twoAttempts = [
  ofAttempt('0', 1, request),
  ofAttempt('0', 2, failing, { ...request, name: 'GET /again' }),
];

test('evaluates what is expected of spans again, on those of the final attempt', async () => {
  const met = await trace({ check: true }, { scenarios: [expecting('GET /again')], spans: twoAttempts });
  expect(met).toEqual({ code: 0, text: 'passed    checkout  2 expectations of spans\n' });
  const missed = await trace({ check: true }, { scenarios: [expecting('GET /')], spans: twoAttempts });
  expect(missed.code).toBe(1);
  expect(missed.text).toContain('FAILED    checkout  1 of 2 expectations of spans were not met\n');
  expect(missed.text).toContain('at orders.cleangrid.toml:30:1');
  expect(missed.text).toContain('no span named "GET /"; there are: "GET /again"');
  const json = await trace({ check: true, json: true }, { scenarios: [expecting('x')], spans: twoAttempts });
  expect(JSON.parse(json.text)).toMatchObject({
    run: 'run1',
    scenarios: [{ name: 'checkout', expectationCount: 2, failedChecks: [{ what: 'graph.must_include' }] }],
  });
});

test('never passes a check without spans, expectations, or an end', async () => {
  const { code, text } = await trace({ check: true }, { scenarios: [expecting('GET /')], spans: [] });
  expect(code).toBe(1);
  expect(text).toContain('no span arrived');
  await expect(trace({ check: true })).rejects.toThrow('nothing is expected of spans in the run run1');
  const record = sampleRun({ state: 'running' });
  await expect(trace({ check: true }, { record, scenarios: [expecting('x')] })).rejects.toThrow(
    'has not finished',
  );
});

test('looks at one scenario of several when it checks', async () => {
  const other = { ...expecting('x'), id: id<never>('other'), name: 'other' };
  const scenarios = [expecting('GET /again'), other];
  const options = { check: true, scenario: 'checkout' } as const;
  expect(await trace(options, { scenarios, spans: twoAttempts })).toMatchObject({ code: 0 });
});
