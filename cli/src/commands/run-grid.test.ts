import { id } from '@cleangrid/core/ids.ts';
import { sampleRun, sampleScenario } from '@cleangrid/core/report/sample-records.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunFolder, type RunFolder } from '../fake/start-run.ts';

let folder: RunFolder;
beforeEach(() => {
  folder = openRunFolder();
});
afterEach(() => folder.remove());

const grid = 'localhost:7443';
const passedRun = sampleRun({ scenarioCount: 1, scenarios: { ...noOutcomes(), passed: 1 } });
const cancelledRun = sampleRun({ scenarios: { ...noOutcomes(), cancelled: 2 } });

test('submits to the grid that is named, says where, and hangs up at the end', async () => {
  const running = folder.start({ grid });
  expect(await running.end(passedRun, sampleScenario())).toBe(0);
  expect(running.context.done).toEqual(['dial', 'hang up']);
  expect(running.context.runs.submitted).toHaveLength(1);
  expect(running.context.terminal.out.text()).toContain(`on the grid ${grid}\n`);
});

test('takes the grid of the environment', async () => {
  const running = folder.start({}, { environment: { CLEANGRID_GRID: grid } });
  expect(await running.end(passedRun)).toBe(0);
  expect(running.context.done).toEqual(['dial', 'hang up']);
});

test('only submits when it is told to, and prints the run id first', async () => {
  const { context, code } = folder.start({ grid, detach: true });
  expect(await code).toBe(0);
  expect(context.runs.submitted).toHaveLength(1);
  expect(context.terminal.out.screen()).toEqual([
    'abcdefghij',
    'Submitted. Watch it with: cleangrid watch abcdefghij',
  ]);
});

test('links to the trace that the run will have, of its own grid or of the caller', async () => {
  const ofGrid = folder.start({ grid });
  await ofGrid.end({ ...passedRun, traceUrl: 'http://grid/{trace}' });
  const link = `trace http://grid/${runSpan(passedRun.run).traceId}\n`;
  expect(ofGrid.context.terminal.out.text()).toContain(link);
  const ofCaller = folder.start({ grid, traceUrl: 'http://own/{trace}' });
  await ofCaller.end({ ...passedRun, traceUrl: 'http://grid/{trace}' });
  expect(ofCaller.context.terminal.out.text()).toContain(link.replace('grid', 'own'));
  const { context, code } = folder.start({ grid, detach: true, traceUrl: 'http://own/{trace}' });
  await code;
  expect(context.terminal.out.screen()[2]).toBe(`trace http://own/${runSpan(id('abcdefghij')).traceId}`);
});

test('cancels a run that nobody could run for too long, and ends with the reason', async () => {
  const { context, code } = folder.start({ grid, waitAgents: 5_000 });
  const { runs, clock } = context;
  await runs.started;
  runs.tell({ kind: 'waiting', message: 'No agent is connected.' });
  await expect
    .poll(() => context.terminal.out.text())
    .toContain('connected. Waiting up to 5s (--wait-agents).');
  clock.advance(5_000);
  runs.tell({ kind: 'waiting', message: 'No agent is connected.' });
  await expect.poll(() => runs.cancelled).toHaveLength(1);
  runs.tell({ kind: 'run_finished', record: cancelledRun });
  await expect(code).rejects.toMatchObject({
    code: 'unavailable',
    message: 'nothing could run for 5s: No agent is connected.',
  });
});

test.each([
  [{ grid, slots: 2 }, '--slots belongs to the agents'],
  [{ grid, keepWarm: false }, '--no-keep-warm belongs to the agents'],
  [{ grid, imageAlias: ['a=b'] }, '--image-alias belongs to the agents'],
  [{ detach: true as const }, '--detach needs a grid'],
  [{ waitAgents: 1 }, '--wait-agents needs a grid'],
])('refuses %j', async (options, words) => {
  await expect(folder.start(options).code).rejects.toMatchObject({
    code: 'bad_usage',
    message: expect.stringContaining(words),
  });
});
