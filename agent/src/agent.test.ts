import { type GridId, id } from '@cleangrid/core/ids.ts';
import { reconnectMsMax } from '@cleangrid/core/limits.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentId, boot, gridId, refOf, ScriptedGrid } from './scripted-grid.ts';

describe('an agent', () => {
  let grid: ScriptedGrid;

  beforeEach(() => {
    grid = new ScriptedGrid();
  });

  it('says who it is, its boot, and a higher connection number each time', async () => {
    const hellos = [await grid.hello(), await grid.cut().hello()];
    expect(hellos).toMatchObject([
      { agent: agentId, boot, connection: 1, slots: 2, holds: [], epoch: null },
      { agent: agentId, boot, connection: 2, slots: 2, holds: [], epoch: null },
    ]);
  });

  it('runs an attempt only after the coordinator stored that it is accepted', async () => {
    await grid.welcome();
    await grid.deliver('1');
    expect(await grid.next('accepted')).toMatchObject({ ref: refOf('1') });
    await grid.pass(1000);
    expect(grid.runs).toEqual([]);
    grid.say({ kind: 'acceptStored', ref: refOf('1'), answer: 'stored' });
    await grid.next('started');
    expect(grid.running).toEqual(['1']);
  });

  it('keeps a delivery in its mailbox until the coordinator stored that it is accepted', async () => {
    await grid.welcome();
    await grid.deliver('1');
    await grid.next('accepted');
    expect(await grid.leftInMailbox()).toEqual(['1']);
    await grid.welcome();
    await grid.deliver('2');
    await grid.next('accepted');
    grid.say({ kind: 'acceptStored', ref: refOf('2'), answer: 'stored' });
    await grid.pass(1);
    expect(await grid.leftInMailbox()).toEqual([]);
  });

  it('drops a delivery for another boot, one it has, and one it has had', async () => {
    await grid.welcome();
    await grid.deliver('1', { boot: boot - 1 });
    await grid.deliver('2');
    await grid.deliver('2', { publishNumber: 2 });
    await grid.accept('2');
    await grid.finish('2');
    await grid.deliver('2', { publishNumber: 3 });
    await grid.pass(100);
    expect(grid.all('accepted')).toEqual([]);
    expect(await grid.leftInMailbox()).toEqual([]);
  });

  it('runs as many attempts as it has slots, in the order of their acceptance', async () => {
    await grid.welcome();
    for (const shard of ['1', '2', '3']) await grid.start(shard);
    await grid.pass(10);
    expect(grid.running).toEqual(['1', '2']);
    await grid.finish('2');
    await grid.pass(10);
    expect(grid.running).toEqual(['1', '3']);
  });

  it('dials again for ever, at bounded intervals', async () => {
    await grid.hello();
    grid.refuseDials = true;
    grid.cut();
    await grid.pass(60_000);
    const dials = grid.dialedAtMs.slice(-5);
    const pauses = dials.slice(1).map((atMs, index) => atMs - (dials[index] ?? 0));
    expect(pauses).toEqual([reconnectMsMax, reconnectMsMax, reconnectMsMax, reconnectMsMax]);
  });

  it('kills a revoked attempt and says that it is stopped when it has ended, after its last results', async () => {
    await grid.welcome();
    await grid.start('1');
    grid.say({ kind: 'revoke', ref: refOf('1') });
    await grid.pass(1000);
    expect(grid.aborted).toEqual(['1']);
    expect(grid.all('stopped')).toEqual([]);
    void grid.report('1', 'steps.0');
    grid.end('1');
    await grid.pass(10);
    expect(grid.kinds().slice(-2)).toEqual(['frame', 'stopped']);
    expect(grid.all('close')).toEqual([]);
  });

  it('says that a revoked attempt is stopped also when its results are stale', async () => {
    await grid.welcome();
    await grid.start('1');
    grid.say({ kind: 'revoke', ref: refOf('1') });
    await grid.pass(1);
    void grid.report('1', 'steps.0');
    await grid.next('frame');
    grid.say({ kind: 'framesStored', ref: refOf('1'), seq: 1, answer: 'stale' });
    await grid.pass(10);
    void grid.report('1', 'steps.1');
    grid.end('1');
    await grid.pass(10);
    expect([...grid.all('frame'), ...grid.all('stopped')]).toMatchObject([{ kind: 'stopped', survivors: 0 }]);
  });

  it('says that an attempt is stopped which is revoked after its results were stale', async () => {
    await grid.welcome();
    await grid.start('1');
    void grid.report('1', 'steps.0');
    await grid.next('frame');
    grid.say({ kind: 'framesStored', ref: refOf('1'), seq: 1, answer: 'stale' });
    grid.say({ kind: 'revoke', ref: refOf('1') });
    await grid.pass(10);
    void grid.report('1', 'steps.1');
    grid.end('1');
    await grid.pass(10);
    expect([...grid.all('frame'), ...grid.all('stopped')]).toMatchObject([{ kind: 'stopped', survivors: 0 }]);
  });

  it('never runs what was revoked before it came, or while it waited', async () => {
    await grid.welcome();
    grid.say({ kind: 'revoke', ref: refOf('1') });
    expect(await grid.next('stopped')).toMatchObject({ ref: refOf('1'), survivors: 0 });
    await grid.deliver('1');
    for (const shard of ['2', '3', '4']) await grid.start(shard);
    grid.say({ kind: 'revoke', ref: refOf('4') });
    expect(await grid.next('stopped')).toMatchObject({ ref: refOf('4'), survivors: 0 });
    await grid.finish('2');
    await grid.finish('3');
    await grid.pass(100);
    expect(grid.runs).toEqual(['2', '3']);
    expect(await grid.leftInMailbox()).toEqual([]);
  });

  it('kills what the welcome says', async () => {
    await grid.welcome();
    await grid.start('1');
    await grid.start('2');
    await grid.cut().hello();
    await grid.welcome({ kill: [refOf('1')] });
    await grid.pass(10);
    expect(grid.aborted).toEqual(['1']);
  });

  it('refuses an older epoch of its grid, and dials again', async () => {
    await grid.welcome({ epoch: { grid: gridId, number: 5 } });
    await grid.cut().hello();
    grid.say({
      kind: 'welcome',
      epoch: { grid: gridId, number: 4 },
      mailbox: 'old',
      kill: [],
      settings: { beatIntervalMs: 1000 },
    });
    expect((await grid.hello()).connection).toBe(3);
  });

  it('kills everything when the grid is another one', async () => {
    await grid.welcome();
    await grid.start('1');
    await grid.cut().hello();
    await grid.welcome({ epoch: { grid: id<GridId>('grid-2'), number: 1 } });
    await grid.pass(10);
    expect(grid.aborted).toEqual(['1']);
    grid.end('1');
    await grid.pass(100);
    expect(grid.all('close')).toEqual([]);
  });

  it('kills everything and tells why when it is refused', async () => {
    await grid.welcome();
    await grid.start('1');
    await grid.cut().hello();
    grid.say({ kind: 'refused', reason: 'two agents with one name' });
    await grid.pass(10);
    expect(grid.aborted).toEqual(['1']);
    grid.end('1');
    await grid.pass(60_000);
    expect(grid.all('hello')).toEqual([]);
    await expect(grid.agent.refused).resolves.toBe('two agents with one name');
  });

  it('beats at the interval that the welcome asks for, and says how late its loop was', async () => {
    await grid.welcome();
    await grid.pass(3100);
    expect(grid.all('beat').map(({ loopTickMs }) => loopTickMs)).toEqual([0, 0, 0]);
  });

  it('drains: gives back what has not begun, asks for nothing more, finishes the rest, then leaves', async () => {
    await grid.welcome();
    for (const shard of ['1', '2', '3']) await grid.start(shard);
    await grid.deliver('4');
    const drained = grid.agent.drain();
    expect(await grid.hello()).toMatchObject({ slots: 0, holds: [refOf('1'), refOf('2')] });
    await grid.welcome();
    await grid.deliver('4');
    await grid.pass(10);
    expect(grid.all('stopped').map(({ ref }) => ref)).toEqual([refOf('4')]);
    await grid.finish('1');
    await grid.finish('2');
    await expect(drained).resolves.toBeUndefined();
    await grid.pass(60_000);
    expect([...grid.all('accepted'), ...grid.all('hello')]).toEqual([]);
    expect(await grid.leftInMailbox()).toEqual([]);
  });

  it('gives back before it leaves what waits when it begins to drain', async () => {
    await grid.welcome();
    await grid.deliver('1');
    await grid.agent.drain();
    expect(await grid.next('stopped')).toMatchObject({ ref: refOf('1'), survivors: 0 });
  });

  it('ends its draining when the grid of what it holds is no more', async () => {
    await grid.welcome();
    await grid.start('1');
    const drained = grid.agent.drain();
    await grid.hello();
    await grid.welcome({ epoch: { grid: id<GridId>('grid-2'), number: 1 } });
    expect(grid.aborted).toEqual(['1']);
    expect(grid.closedCount).toBe(1);
    grid.end('1');
    await expect(drained).resolves.toBeUndefined();
  });

  it('leaves at once when it drains and the grid of its last results is no more', async () => {
    await grid.welcome();
    await grid.start('1');
    grid.end('1');
    await grid.next('close');
    const drained = grid.agent.drain();
    await grid.hello();
    await grid.welcome({ epoch: { grid: id<GridId>('grid-2'), number: 1 } });
    await expect(drained).resolves.toBeUndefined();
    await grid.pass(60_000);
    expect([...grid.all('hello'), ...grid.all('beat')]).toEqual([]);
  });

  it('takes attempts of another grid that have the names of those it had', async () => {
    await grid.welcome();
    await grid.start('1');
    await grid.start('2');
    await grid.finish('2');
    await grid.cut().hello();
    await grid.welcome({ epoch: { grid: id<GridId>('grid-2'), number: 1 } });
    for (const shard of ['1', '2']) await grid.deliver(shard);
    expect(grid.all('accepted').map(({ ref }) => ref)).toEqual([refOf('1'), refOf('2')]);
  });

  it('stops: kills what runs, waits for its end, then leaves', async () => {
    await grid.welcome();
    await grid.start('1');
    const stopped = grid.agent.stop();
    expect(grid.aborted).toEqual(['1']);
    expect(grid.closedCount).toBe(0);
    grid.end('1');
    await grid.pass(60_000);
    await stopped;
    expect(grid.closedCount).toBe(1);
    expect(grid.all('hello')).toEqual([]);
  });
});
