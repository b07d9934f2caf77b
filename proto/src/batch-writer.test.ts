import { describe, expect, it } from 'vitest';
import { linkMessagesMax, wireBatchWeightMax } from '@cleangrid/core/limits.ts';
import { BatchWriter } from './batch-writer.ts';

/** A transport that takes a batch when the test says so, and turns that run when it says so. */
function slowTransport() {
  const batches: number[][] = [];
  const turns: (() => void)[] = [];
  let taken = (): void => {};
  const writer = new BatchWriter<number>({
    write: (batch, done) => {
      batches.push(batch);
      taken = done;
    },
    weigh: (message) => message,
    defer: (task) => turns.push(task),
  });
  const turn = (): void => {
    for (const task of turns.splice(0)) task();
  };
  return { batches, writer, turn, take: () => (taken(), turn()) };
}

describe('BatchWriter', () => {
  it('sends what one turn said in one batch, and what came meanwhile in the next', () => {
    const { batches, writer, turn, take } = slowTransport();
    writer.send(1);
    writer.send(2);
    turn();
    writer.send(3);
    turn();
    expect(batches).toEqual([[1, 2]]);
    take();
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('puts no more weight into a batch than its bound, but always one message', () => {
    const { batches, writer, turn, take } = slowTransport();
    for (const weight of [wireBatchWeightMax - 1, 1, 1, wireBatchWeightMax + 1, 1]) writer.send(weight);
    turn();
    for (let left = 3; left > 0; left--) take();
    expect(batches).toEqual([[wireBatchWeightMax - 1, 1], [1], [wireBatchWeightMax + 1], [1]]);
  });

  it('asks to wait when too much is queued, until there is room', async () => {
    const { writer, turn } = slowTransport();
    let count = 1;
    while (writer.send(1)) count += 1;
    expect(count).toBe(linkMessagesMax);
    let isDrained = false;
    const drained = writer.drained().then(() => (isDrained = true));
    await Promise.resolve();
    expect(isDrained).toBe(false);
    turn();
    await drained;
  });

  it('tells when everything is with the transport', async () => {
    const { writer, turn, take } = slowTransport();
    await writer.flushed();
    writer.send(1);
    let isFlushed = false;
    const flushed = writer.flushed().then(() => (isFlushed = true));
    turn();
    await Promise.resolve();
    expect(isFlushed).toBe(false);
    take();
    await flushed;
  });

  it('keeps nobody waiting when it is stopped, and sends nothing more', async () => {
    const { batches, writer, turn } = slowTransport();
    while (writer.send(1));
    const waiting = [writer.drained(), writer.flushed()];
    writer.stop();
    await Promise.all(waiting);
    expect(writer.send(1)).toBe(true);
    turn();
    expect(batches).toEqual([]);
  });
});
