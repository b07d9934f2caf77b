import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { expect, onTestFinished, test } from 'vitest';
import { expectWholeTraces, spanCounts } from '../support/expect-traces.ts';
import { openTestGrid } from '../support/grid.ts';
import { findTraceBackEnd, type OpenBackEnd } from '../support/trace-back-end.ts';

// The first one on a machine is built while this waits: not within the time of a test.
const backEnd = await findTraceBackEnd();

const scenario = (name: string): string => `
  - name: ${name}
    image: debian:12-slim
    steps:
      - run: "true"
      - run: echo done
        expect: { stdout: { contains: done } }
`;
const suite = `suite:
  name: traced
scenario:${['one', 'two', 'three', 'four'].map(scenario).join('')}`;

function writeSuite(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-jaeger-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'traced.cleangrid.yaml'), suite);
  return folder;
}

/** Two agents run the suite twice; what they made is sent when the coordinator ends. */
async function runTwice({ endpoint }: OpenBackEnd): Promise<void> {
  const grid = await openTestGrid({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  try {
    await Promise.all([grid.startAgent('a1'), grid.startAgent('a2')]);
    for (const mode of ['single', 'linked'])
      expect(await grid.cli.run('run', '--trace-mode', mode, writeSuite())).toMatchObject({ exitCode: 0 });
  } finally {
    await grid.close();
  }
}

test(`a run on two agents is read back whole, as one trace or split into linked ones, from ${backEnd.name}`, async () => {
  const opened = await backEnd.open();
  onTestFinished(() => opened.close());
  await runTwice(opened);
  const spans = await opened.spans();
  expect(spans.filter(({ attributes }) => '@jaeger@warnings' in attributes)).toEqual([]);
  const isWhole = (span: Span): boolean => span.attributes['cleangrid.trace.mode'] === 'single';
  const ofOneTrace = spans.find(isWhole)?.traceId;
  const single = spans.filter(({ traceId }) => traceId === ofOneTrace);
  const linked = spans.filter(({ traceId }) => traceId !== ofOneTrace);
  for (const ofRun of [single, linked]) {
    expectWholeTraces(ofRun);
    expect(spanCounts(ofRun)).toMatchObject({
      run: 1,
      plan: 1,
      queue: 4,
      scenario: 4,
      lease: 4,
      step: 8,
      exec: 8,
    });
  }
  expect(single.filter(({ parentSpanId }) => parentSpanId === null)).toHaveLength(1);
  expect(new Set(linked.map(({ traceId }) => traceId)).size).toBe(5);
});
