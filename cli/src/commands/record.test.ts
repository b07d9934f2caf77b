import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleRun, sampleScenario } from '@cleangrid/core/report/sample-records.ts';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { failed, noOutcomes } from '@cleangrid/core/verdict.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeContext, fakeContext } from '../fake/fake-context.ts';
import { fakeRuns } from '../fake/fake-runs.ts';
import { ofAttempt, ownSpan, sampleSpan } from '../fake/sample-spans.ts';
import { openRunFolder, type RunFolder } from '../fake/start-run.ts';
import type { ReproOptions } from '../handlers.ts';
import type { Recording } from '../recording.ts';
import { recordCommand } from './record.ts';
import { reproCommand } from './repro.ts';

let folder: RunFolder;
beforeEach(() => {
  folder = openRunFolder();
});
afterEach(() => folder.remove());

const failedRun = sampleRun({ scenarios: { ...noOutcomes(), failed: 1 } });
const failing = sampleScenario({ verdict: failed('expectation', 'no') });

/** A command in whose grid the run ends like this, with a span of that name. */
async function ended(
  command: (context: FakeContext) => Promise<number>,
  record: RunRecord,
  { scenario = failing, span = 'GET /' }: { scenario?: ScenarioRecord; span?: string } = {},
): Promise<{ code: number; text: string; context: FakeContext }> {
  const spans = [ofAttempt('0', 1, ownSpan('exec', [0, 1]), sampleSpan(span, [0, 1]))];
  const runs = fakeRuns({ records: [record], scenarios: [scenario], spans });
  const context = fakeContext({ cwd: folder.cwd, runs });
  const code = command(context);
  await Promise.race([runs.started, code]);
  runs.tell({ kind: 'run_finished', record });
  return { code: await code, text: context.terminal.out.text(), context };
}

const flags = { imageAlias: [], keepWarm: true };
const recording = (context: FakeContext): Promise<number> =>
  recordCommand(
    [],
    { ...flags, select: ['checkout'], tag: [], var: {}, traceMode: 'auto', output: 'out/r.json' },
    context,
  );
const repro =
  (options: Partial<ReproOptions> = {}) =>
  (context: FakeContext): Promise<number> =>
    reproCommand('out/r.json', { ...flags, ...options }, context);

test('keeps what ran and what came of it, with the exit code of the run', async () => {
  const { code, text } = await ended(recording, failedRun);
  expect(code).toBe(1);
  const kept = JSON.parse(readFileSync(join(folder.cwd, 'out/r.json'), 'utf8')) as Recording;
  expect(kept).toMatchObject({ format: 'cleangrid-recording', version: 1, traceMode: 'single' });
  expect(kept.plan.scenarios.map(({ name }) => name)).toEqual(['checkout']);
  expect(Object.keys(kept.blobs)).toHaveLength(2);
  expect(kept.digest.text).toContain('failed expectation');
  expect(kept.digest.text).toContain('0 "GET /" internal');
  expect(kept.digest.text).not.toContain('exec');
  expect(text).toContain(`Digest ${kept.digest.sha256}\n`);
});

test.each([{ broken: 1 }, { cancelled: 1 }])('keeps nothing of a run with %j', async (counts) => {
  const { code, text } = await ended(recording, sampleRun({ scenarios: { ...noOutcomes(), ...counts } }));
  expect([3, 4]).toContain(code);
  expect(text).toContain('Not recorded');
  expect(existsSync(join(folder.cwd, 'out/r.json'))).toBe(false);
});

test('runs again what was recorded, without the files that it was made from', async () => {
  const { context } = await ended(recording, failedRun);
  const first = context.runs.submitted[0];
  rmSync(join(folder.cwd, 'orders.cleangrid.toml'));
  const again = await ended(repro(), failedRun);
  expect(again.code).toBe(1);
  expect(again.text).toContain('Reproduced: the digest is ');
  const second = again.context.runs.submitted[0];
  expect(second?.scenarios).toEqual(first?.scenarios);
  const bytes = async (submitted: typeof first): Promise<Uint8Array[]> =>
    Promise.all([...(submitted?.submission.blobs.values() ?? [])].map((load) => load()));
  expect((await bytes(second)).length).toBe(2);
});

test('verifies the digest: 0 when the same came of it, 1 when not, and neither where the grid was at fault', async () => {
  await ended(recording, failedRun);
  const verify = repro({ verifyDigest: true });
  expect(await ended(verify, failedRun)).toMatchObject({ code: 0 });
  const passed = await ended(verify, sampleRun(), { scenario: sampleScenario() });
  expect(passed.code).toBe(1);
  expect(passed.text).toContain('Not reproduced: the digest is ');
  expect(await ended(verify, failedRun, { span: 'POST /' })).toMatchObject({ code: 1 });
  const broken = sampleRun({ scenarios: { ...noOutcomes(), broken: 1 } });
  expect(await ended(verify, broken)).toMatchObject({ code: 3 });
});

test('refuses what is no recording, and one that was changed', async () => {
  await expect(ended(repro(), failedRun)).rejects.toThrow('cannot read the recording');
  await ended(recording, failedRun);
  const file = join(folder.cwd, 'out/r.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('failed expectation', 'passed'));
  await expect(ended(repro(), failedRun)).rejects.toThrow('its digest is damaged');
  writeFileSync(file, text.replace(/"blobs":\{"([0-9a-f]{64})":"../u, '"blobs":{"$1":"AA'));
  await expect(ended(repro(), failedRun)).rejects.toThrow('a file in it is damaged');
  writeFileSync(file, '{}');
  await expect(ended(repro(), failedRun)).rejects.toThrow('it is something else');
  writeFileSync(file, text.replace('"version":1', '"version":9'));
  await expect(ended(repro(), failedRun)).rejects.toThrow('its version 9 is unknown');
});

test('writes the digest of a run beside its reports', async () => {
  const running = folder.start({ digest: 'd.txt' }, { runs: fakeRuns({ scenarios: [failing] }) });
  expect(await running.end(failedRun, failing)).toBe(1);
  const [head, ...lines] = readFileSync(join(folder.cwd, 'd.txt'), 'utf8').split('\n');
  expect(head).toMatch(/^sha256 [0-9a-f]{64}$/u);
  expect(lines[0]).toBe('scenario "orders.cleangrid.toml#checkout" failed expectation');
  const untraced = folder.start({ digest: 'd.txt' }, { runs: fakeRuns({ scenarios: [failing] }) });
  await untraced.end({ ...failedRun, traceMode: 'off' }, failing);
  expect(readFileSync(join(folder.cwd, 'd.txt'), 'utf8')).toContain('\nspans not recorded\n');
});
