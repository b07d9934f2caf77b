import { runSpanBytesMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { storedRun } from '../fake/stored.ts';
import { openSqliteRunStore } from './sqlite-run-store.ts';

test('spans wait in the order of their arrival until it is known what became of them', () => {
  const store = openSqliteRunStore({ directory: null });
  const batch = { count: 3, otlp: new Uint8Array(10), parts: [] };
  const run = store.transaction(({ addRun, spans }) => {
    const ordinal = addRun(storedRun('r'));
    spans.open(ordinal);
    for (let number = 0; number < 3; number += 1) spans.add(ordinal, batch);
    return ordinal;
  });
  const [first, second] = store.spans.waiting(0, 25);
  expect(store.spans.waiting(0, 25)).toHaveLength(2);
  expect(store.spans.waiting(second?.id ?? 0, 25)).toHaveLength(1);
  store.transaction(({ spans }) => spans.ended(first?.id ?? 0, 1));
  expect(store.spans.waiting(0, 100)).toHaveLength(2);
  expect(store.spans.counts(run)).toEqual({ emitted: 9, arrived: 2, dropped: 1 });
  expect(store.spans.withoutRoot(5)).toEqual([]);
  store.close();
});

test('spans of a run are read again one batch after the other, each with whose they are, and not those that were too many', () => {
  const store = openSqliteRunStore({ directory: null });
  const part = { place: { scenario: 3, slice: 1 }, attempt: 2, byteCount: 4 };
  const [run, other] = store.transaction(({ addRun, spans }) => {
    const ordinals = [addRun(storedRun('r')), addRun(storedRun('other'))];
    for (const [index, ordinal] of [...ordinals, ...ordinals].entries())
      spans.add(ordinal, { count: 1, otlp: new Uint8Array([index, 9, 9, 9]), parts: [part] });
    spans.add(ordinals[0] ?? 0, { count: 1, otlp: new Uint8Array(runSpanBytesMax), parts: [part] });
    return ordinals;
  });
  const first = store.spans.batchAfter(run ?? 0, 0);
  const second = store.spans.batchAfter(run ?? 0, first?.id ?? 0);
  expect([first, second]).toMatchObject([
    { parts: [part], otlp: new Uint8Array([0, 9, 9, 9]) },
    { parts: [part], otlp: new Uint8Array([2, 9, 9, 9]) },
  ]);
  expect(store.spans.batchAfter(run ?? 0, second?.id ?? 0)).toBeNull();
  expect(store.spans.batchAfter(other ?? 0, 0)).toMatchObject({ otlp: new Uint8Array([1, 9, 9, 9]) });
  store.close();
});
