import { expect, test } from 'vitest';
import { storedRun } from '../fake/stored.ts';
import { openSqliteRunStore } from './sqlite-run-store.ts';

test('spans wait in the order of their arrival until it is known what became of them', () => {
  const store = openSqliteRunStore({ directory: null });
  const batch = { count: 3, otlp: new Uint8Array(10) };
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
