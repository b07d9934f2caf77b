import { abandonMsMax } from '@cleangrid/core/limits.ts';
import { sampleRun, sampleScenario } from '@cleangrid/core/report/sample-records.ts';
import { cancelled, noOutcomes } from '@cleangrid/core/verdict.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunFolder, type RunFolder } from '../fake/start-run.ts';

let folder: RunFolder;
beforeEach(() => {
  folder = openRunFolder();
});
afterEach(() => folder.remove());

test('removes everything at the first Ctrl-C and exits with 4', async () => {
  const running = folder.start();
  const { context } = running;
  await context.runs.started;
  context.press('SIGINT');
  expect(context.runs.cancelled).toEqual([{ run: 'abcdefghij', message: 'stopped by SIGINT' }]);
  expect(context.terminal.out.text()).toContain(
    'Ctrl-C: cancelling the run and removing its containers. Press Ctrl-C again to stop at once.',
  );
  const verdict = cancelled('user', 'stopped by SIGINT');
  const record = sampleRun({ scenarios: { ...noOutcomes(), cancelled: 1 } });
  expect(await running.end(record, sampleScenario({ verdict }))).toBe(4);
  expect(context.done).toEqual(['open', 'close']);
});

test('takes SIGTERM and SIGHUP for Ctrl-C', async () => {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    const running = folder.start();
    await running.context.runs.started;
    running.context.press(signal);
    expect(running.context.runs.cancelled).toHaveLength(1);
    await running.end(sampleRun({ scenarios: { ...noOutcomes(), cancelled: 1 } }));
  }
});

test('leaves a run on a grid to the grid when its terminal is closed', async () => {
  const { context } = folder.start({ grid: 'coordinator:4100' });
  await context.runs.started;
  context.press('SIGHUP');
  expect(await context.exited).toBe(3);
  expect(context.runs.cancelled).toEqual([]);
});

test('stops at once at the second Ctrl-C', async () => {
  const { context } = folder.start();
  await context.runs.started;
  context.press('SIGINT');
  context.press('SIGINT');
  expect(await context.exited).toBe(4);
  expect(context.done).toEqual(['open', 'abandon']);
});

test('stops at once even while Docker does not answer', async () => {
  const opening = Promise.withResolvers<void>();
  const { context } = folder.start({}, { opening: opening.promise });
  await context.opens;
  context.press('SIGINT');
  context.press('SIGINT');
  context.clock.advance(abandonMsMax);
  expect(await context.exited).toBe(4);
});

test('cancels before anything runs when Ctrl-C comes while the grid opens', async () => {
  const opening = Promise.withResolvers<void>();
  const { context, code } = folder.start({}, { opening: opening.promise });
  await context.opens;
  context.press('SIGINT');
  opening.resolve();
  await expect(code).rejects.toMatchObject({ code: 'cancelled' });
  expect(context.done).toEqual(['open', 'close']);
  expect(context.runs.submitted).toEqual([]);
});

test('ends at once at a Ctrl-C before anything was started', async () => {
  const { context, code } = folder.start();
  context.press('SIGINT');
  expect(await context.exited).toBe(4);
  await expect(code).rejects.toMatchObject({ code: 'cancelled' });
});

test('shows nothing of what ends because it was abandoned', async () => {
  const running = folder.start();
  await running.context.runs.started;
  running.context.press('SIGINT');
  running.context.press('SIGINT');
  const before = running.context.terminal.out.text();
  await running.end(sampleRun({ scenarios: { ...noOutcomes(), broken: 1 } }), sampleScenario());
  expect(running.context.terminal.out.text()).toBe(before);
});
