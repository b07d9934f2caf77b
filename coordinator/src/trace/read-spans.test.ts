import type { RunSpans } from '@cleangrid/core/run-service.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteRunStore } from '../adapters/sqlite-run-store.ts';
import { storedRun } from '../fake/stored.ts';
import type { RunStore } from '../run-store.ts';
import { readSpans } from './read-spans.ts';

let store: RunStore;
beforeEach(() => {
  store = openSqliteRunStore({ directory: null });
});
afterEach(() => store.close());

/** Two attempts' spans in each of two batches, and two bytes of the run's own. */
function read(scenario: number | null, traceMode: TraceMode = 'single'): RunSpans[] {
  const record = { ...storedRun('r'), traceMode };
  const ordinal = store.transaction(({ addRun, spans }) => {
    const added = addRun(record);
    for (const first of [10, 20]) {
      const otlp = new Uint8Array([first, first + 1, first + 2, first + 3, first + 4]);
      const parts = [
        { place: { scenario: 0, slice: 0 }, attempt: 1, byteCount: 1 },
        { place: { scenario: 1, slice: 3 }, attempt: 2, byteCount: 2 },
      ];
      spans.add(added, { count: 3, otlp, parts });
    }
    return added;
  });
  return [...readSpans(store.spans, { ...record, ordinal }, scenario)];
}

const ofFirst = { shard: '0', attempt: 1 };
const ofSecond = { shard: '1.3', attempt: 2 };

test('begins with the root, and says of all others whose they are', () => {
  const [root, ...rest] = read(null);
  expect(decodeSpans(root?.otlp ?? new Uint8Array())).toMatchObject([
    { name: 'run suite', attributes: { 'cleangrid.spans.emitted': 6 } },
  ]);
  expect(rest.map(({ of, otlp }) => ({ of, bytes: [...otlp] }))).toEqual([
    { of: ofFirst, bytes: [10] },
    { of: ofSecond, bytes: [11, 12] },
    { of: null, bytes: [13, 14] },
    { of: ofFirst, bytes: [20] },
    { of: ofSecond, bytes: [21, 22] },
    { of: null, bytes: [23, 24] },
  ]);
});

test('leaves out what is of other scenarios', () => {
  const [root, ...rest] = read(1);
  expect(root?.of).toBeNull();
  expect(rest.map(({ of, otlp }) => ({ of, bytes: [...otlp] }))).toEqual([
    { of: ofSecond, bytes: [11, 12] },
    { of: ofSecond, bytes: [21, 22] },
  ]);
});

test('has nothing to read where nothing was recorded', () => {
  expect(read(null, 'off')).toEqual([]);
});
