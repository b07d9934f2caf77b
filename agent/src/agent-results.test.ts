import { answerMsMax, linkMessagesMax, outboxBytesMax } from '@cleangrid/core/limits.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { gridId, refOf, ScriptedGrid } from './scripted-grid.ts';

describe('an agent with results to report', () => {
  let grid: ScriptedGrid;

  beforeEach(() => {
    grid = new ScriptedGrid();
  });

  it('sends results in frames of 50, or after 25 ms, then the close with the number of frames', async () => {
    await grid.welcome();
    await grid.start('1');
    for (let step = 0; step < 60; step++) void grid.report('1', `steps.${step}`);
    await grid.pass(24);
    expect(grid.all('frame').map(({ seq, results }) => [seq, results.length])).toEqual([[1, 50]]);
    await grid.pass(2);
    expect(grid.all('frame').map(({ seq, results }) => [seq, results.length])).toEqual([[2, 10]]);
    void grid.report('1', 'steps.60');
    grid.end('1');
    expect(await grid.next('close')).toMatchObject({
      ref: refOf('1'),
      close: { lastSeq: 3, verdict: passed },
    });
  });

  it('sends what was not stored again on the next connection, under the same numbers, and lists it in its hello', async () => {
    await grid.welcome();
    await grid.start('1');
    void grid.report('1', 'steps.0');
    await grid.pass(30);
    void grid.report('1', 'steps.1');
    await grid.pass(30);
    grid.end('1');
    await grid.next('close');
    grid.say({ kind: 'framesStored', ref: refOf('1'), seq: 1, answer: 'stored' });
    await grid.pass(1);
    expect(await grid.cut().hello()).toMatchObject({
      holds: [refOf('1')],
      epoch: { grid: gridId, number: 1 },
    });
    await grid.welcome();
    expect(await grid.next('frame')).toMatchObject({ seq: 2, results: [{ step: 'steps.1' }] });
    expect(await grid.next('close')).toMatchObject({ close: { lastSeq: 2 } });
    grid.say({ kind: 'closeStored', ref: refOf('1'), answer: 'stored' });
    await grid.pass(1);
    expect(await grid.cut().hello()).toMatchObject({ holds: [] });
  });

  it('says again on the next connection what it accepted and what it started', async () => {
    await grid.welcome();
    await grid.start('1');
    await grid.deliver('2');
    await grid.next('accepted');
    await grid.cut().hello();
    await grid.welcome();
    expect(await grid.next('started')).toMatchObject({ ref: refOf('1') });
    expect(await grid.next('accepted')).toMatchObject({ ref: refOf('2') });
  });

  it('dials again when the coordinator does not answer, neither to its hello nor to a frame', async () => {
    await grid.hello();
    await grid.pass(answerMsMax + 100);
    expect((await grid.hello()).connection).toBe(2);
    await grid.welcome();
    await grid.start('1');
    void grid.report('1', 'steps.0');
    await grid.pass(answerMsMax + 100);
    expect((await grid.hello()).connection).toBe(3);
  });

  it('does not take a coordinator for dead that answers each message in time', async () => {
    await grid.welcome();
    await grid.start('1');
    for (let seq = 1; seq <= 20; seq++) {
      void grid.report('1', `steps.${seq}`);
      await grid.pass(answerMsMax / 2);
      grid.say({ kind: 'framesStored', ref: refOf('1'), seq, answer: 'stored' });
    }
    await grid.pass(2 * answerMsMax);
    expect(grid.all('hello')).toEqual([]);
  });

  it('kills an attempt that the coordinator calls stale, and says nothing more of it', async () => {
    await grid.welcome();
    await grid.start('1');
    void grid.report('1', 'steps.0');
    await grid.next('frame');
    grid.say({ kind: 'framesStored', ref: refOf('1'), seq: 1, answer: 'stale' });
    await grid.pass(10);
    expect(grid.aborted).toEqual(['1']);
    void grid.report('1', 'steps.1');
    grid.end('1');
    await grid.pass(100);
    expect([...grid.all('frame'), ...grid.all('close'), ...grid.all('stopped')]).toEqual([]);
    expect(await grid.cut().hello()).toMatchObject({ holds: [] });
  });

  it('accepts nothing and holds attempts back while its outbox is full, and goes on when there is room', async () => {
    await grid.welcome();
    await grid.start('1');
    const size = outboxBytesMax / 4;
    const reports = [1, 2, 3, 4].map((step) => grid.report('1', `steps.${step}`, 'x'.repeat(size)));
    await grid.pass(10);
    await grid.deliver('2');
    await grid.pass(100);
    expect(reports.map((held) => held instanceof Promise)).toEqual([false, false, false, true]);
    expect(grid.all('accepted')).toEqual([]);
    grid.say({ kind: 'framesStored', ref: refOf('1'), seq: 1, answer: 'stored' });
    await grid.pass(1);
    await expect(reports[3]).resolves.toBeUndefined();
    await grid.next('accepted');
  });

  it('waits with frames while the connection is full, and loses none', async () => {
    await grid.welcome();
    await grid.start('1');
    grid.hold = true;
    for (let step = 0; step < 50 * (linkMessagesMax + 10); step++) void grid.report('1', `steps.${step}`);
    await grid.pass(100);
    grid.hold = false;
    await grid.pass(100);
    const seqs = grid.all('frame').map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: linkMessagesMax + 10 }, (_, index) => index + 1));
  });

  it('reports a plan that it cannot read as broken', async () => {
    await grid.welcome();
    await grid.deliver('1', { scenario: null as never });
    await grid.accept('1');
    expect(await grid.next('close')).toMatchObject({
      close: { verdict: { outcome: 'broken', reason: 'internal', message: expect.stringContaining('plan') } },
    });
  });

  it('reports a bug of the runner as broken', async () => {
    await grid.welcome();
    await grid.start('1');
    grid.crash('1');
    expect(await grid.next('close')).toMatchObject({
      close: { verdict: { outcome: 'broken', reason: 'internal' } },
    });
  });
});
