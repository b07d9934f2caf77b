import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { openCleangrid } from '../support/cleangrid.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';

let receiver: OtlpReceiver;
afterEach(() => receiver.goAway());

/** `sh send.sh NAME ID TRACEPARENT`: sends a span of that name below the one that TRACEPARENT names. */
const send = `IFS=- read -r _ trace parent _ <<END
$3
END
now=$(date +%s)
wget -q -O - --header 'Content-Type: application/json' "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" --post-data "{
  \\"resourceSpans\\": [{ \\"scopeSpans\\": [{ \\"spans\\": [{
    \\"traceId\\": \\"$trace\\", \\"spanId\\": \\"$2\\", \\"parentSpanId\\": \\"$parent\\", \\"name\\": \\"$1\\",
    \\"startTimeUnixNano\\": \\"\${now}000000000\\", \\"endTimeUnixNano\\": \\"\${now}900000000\\" }] }] }] }"
`;

/** What connects says below which span. A probe says nothing. */
const serve = 'read -r parent && sh /workspace/send.sh serve 00000000000000b1 "$parent"\n';

const suite = `suite:
  name: foreign
services:
  app:
    image: busybox:1.36-musl
    command: [sh, -c, "while :; do nc -l -p 9000 -e sh /workspace/serve.sh; done"]
    ready: [{ port: 9000 }]
    reset: { strategy: none }
scenario:
  - name: step and service
    image: busybox:1.36-musl
    services: [app]
    steps:
      - run: sh send.sh request 00000000000000a1 "$TRACEPARENT"
      - run: until echo "\${TRACEPARENT%-*-*}-00000000000000a1-01" | nc app 9000; do :; done
    expect:
      graph: { must_include: [[request, serve]] }
      span: [{ name: request, parent: exec }]
      counts: { spans_total: { eq: 2 } }
  - name: misspelt
    image: busybox:1.36-musl
    steps:
      - run: sh send.sh checkout 00000000000000c1 "$TRACEPARENT"
    expect:
      span: [{ name: checkuot }]
  - name: silent
    image: busybox:1.36-musl
    steps: [{ run: "true" }]
    expect:
      counts: { errors_total: { eq: 0 } }
  - name: expects nothing
    image: busybox:1.36-musl
    steps:
      - run: sh send.sh unasked 00000000000000d1 "$TRACEPARENT"
  - name: sends what is none
    image: busybox:1.36-musl
    steps:
      - run: |
          sh send.sh fine 00000000000000e1 "$TRACEPARENT"
          ! wget -q -O - --header 'Content-Type: application/json' "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" --post-data '{'
    expect:
      span: [{ name: fine }]
`;

function writeSuite(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-foreign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'foreign.cleangrid.yaml'), suite);
  writeFileSync(join(folder, 'send.sh'), send);
  writeFileSync(join(folder, 'serve.sh'), serve);
  return folder;
}

test('spans of steps and services arrive in the back end below what caused them, and decide about what is expected of them', async () => {
  receiver = await startOtlpReceiver();
  const cli = openCleangrid({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http });
  onTestFinished(() => cli.remove());
  const { finished, report } = await cli.report(writeSuite());
  expect(finished.exitCode).toBe(1);
  const ends = report.scenarios.map(({ name, reason }) => [name, reason]);
  expect(ends).toEqual([
    ['step and service', null],
    ['misspelt', 'expectation'],
    ['silent', 'expectation'],
    ['expects nothing', null],
    ['sends what is none', 'expectation'],
  ]);
  const line = suite.split('\n').findIndex((text) => text.includes('checkuot')) + 1;
  expect(report.scenarios[1]?.failedChecks).toMatchObject([
    { what: 'span', actual: 'no span named "checkuot"; nearest: "checkout"', source: { line } },
  ]);
  expect(finished.stdout).toContain('no span named "checkuot"; nearest: "checkout"');
  expect(report.scenarios[2]?.failedChecks).toMatchObject([
    { actual: expect.stringContaining('no span arrived') },
  ]);
  const parentOf = (span: Span): string | undefined =>
    receiver.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;
  const arrived = receiver.spans
    .filter(({ scope }) => scope !== 'cleangrid')
    .map((span): [string, string | undefined] => [span.name, parentOf(span)]);
  expect(arrived).toHaveLength(5);
  expect(Object.fromEntries(arrived)).toEqual({
    checkout: 'exec',
    fine: 'exec',
    request: 'exec',
    serve: 'request',
    unasked: 'exec',
  });
  const root = receiver.spans.find(({ name }) => name === 'run foreign');
  const count = receiver.spans.length - 1;
  expect(root?.attributes).toMatchObject({
    'cleangrid.spans.emitted': count,
    'cleangrid.spans.arrived': count,
    'cleangrid.spans.dropped': 0,
  });
  const cut = receiver.spans.find(({ name }) => name === 'scenario sends what is none');
  expect(cut?.attributes).toMatchObject({ 'cleangrid.spans.cut': 1 });
  const served = receiver.spans.find(({ name }) => name === 'serve');
  const scenario = receiver.spans.find(({ name }) => name === 'scenario step and service');
  expect(served?.resource['host.id']).toBe(scenario?.resource['host.id']);
});

test('expectations on spans are checked where none are recorded', async () => {
  receiver = await startOtlpReceiver();
  const cli = openCleangrid();
  onTestFinished(() => cli.remove());
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-foreign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'send.sh'), send);
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  writeFileSync(
    join(folder, 'off.cleangrid.yaml'),
    `suite: { name: off }
scenario:
  - name: s
    image: busybox:1.36-musl
    steps: [{ run: "sh send.sh own 00000000000000a1 ${trace}" }]
    expect: { span: [{ name: own }] }
`,
  );
  expect(await cli.run('run', '--trace-mode', 'off', folder)).toMatchObject({ exitCode: 0 });
});
