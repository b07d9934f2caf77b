import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { openCleangrid } from '../support/cleangrid.ts';
import { expectWholeTraces, spanCounts } from '../support/expect-traces.ts';
import { openTestGrid } from '../support/grid.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';

let receiver: OtlpReceiver;
afterEach(() => receiver.goAway());

const suite = `suite:
  name: traced
scenario:
  - name: shows where it belongs
    image: debian:12-slim
    steps:
      - run: echo "$TRACEPARENT|$TRACESTATE|$BAGGAGE"
        expect: { stdout: { matches: '^00-[0-9a-f]{32}-[0-9a-f]{16}-01\\|\\|cleangrid\\.run=' } }
  - name: fails
    image: debian:12-slim
    steps:
      - run: exit 3
      - run: "true"
`;

function writeSuite(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-traces-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'traced.cleangrid.yaml'), suite);
  return folder;
}

test.each(['http/protobuf', 'grpc'])('a run of one process is one whole trace over %s', async (protocol) => {
  receiver = await startOtlpReceiver();
  const cli = openCleangrid({
    OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? receiver.grpc : receiver.http,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
  });
  onTestFinished(() => cli.remove());
  const finished = await cli.run('run', writeSuite());
  expect(finished).toMatchObject({ exitCode: 1 });
  const root = expectWholeTraces(receiver.spans);
  expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(root).toMatchObject({
    name: 'run traced',
    status: { code: 'error' },
    attributes: { 'cicd.pipeline.result': 'failure' },
  });
  expect(spanCounts(receiver.spans)).toMatchObject({
    run: 1,
    plan: 1,
    queue: 2,
    scenario: 2,
    lease: 2,
    container: 2,
    step: 2,
    exec: 2,
  });
  expect(receiver.spans.find(({ name }) => name.startsWith('container '))).toMatchObject({
    attributes: { 'cleangrid.container.origin': 'cold', 'cleangrid.container.uses': 0 },
  });
  expect(receiver.spans.find(({ name }) => name === 'scenario fails')).toMatchObject({
    kind: 'consumer',
    status: { code: 'error' },
    attributes: { 'error.type': 'expectation', 'cleangrid.outcome': 'failed' },
  });
  for (const headers of receiver.headers) expect(headers).toMatchObject({ 'x-key': 'a b' });
});

test('each attempt has a trace of its own that links to the run, where that was asked for', async () => {
  receiver = await startOtlpReceiver();
  const cli = openCleangrid();
  onTestFinished(() => cli.remove());
  await cli.run('run', '--trace-mode', 'linked', '--otlp-endpoint', receiver.http, writeSuite());
  expectWholeTraces(receiver.spans);
  expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(3);
});

test('nothing is sent, and steps see no trace, where that was asked for', async () => {
  receiver = await startOtlpReceiver();
  const cli = openCleangrid();
  onTestFinished(() => cli.remove());
  const { stdout } = await cli.run(
    'run',
    '--trace-mode',
    'off',
    '--otlp-endpoint',
    receiver.http,
    writeSuite(),
  );
  expect(stdout).toContain('shows where it belongs');
  expect(receiver.spans).toEqual([]);
});

test('a grid whose back end is away, and whose coordinator is killed meanwhile, sends every span when both are back', async () => {
  receiver = await startOtlpReceiver();
  await receiver.goAway();
  const grid = await openTestGrid({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http });
  onTestFinished(() => grid.close());
  await Promise.all([grid.startAgent('a1'), grid.startAgent('a2')]);
  expect(await grid.cli.run('run', writeSuite())).toMatchObject({ exitCode: 1 });
  await grid.killCoordinator();
  await receiver.comeBack();
  await grid.startCoordinator();
  await receiver.got(({ name }) => name === 'run traced');
  expectWholeTraces(receiver.spans);
  expect(spanCounts(receiver.spans)).toMatchObject({ scenario: 2, step: 2, exec: 2 });
});
