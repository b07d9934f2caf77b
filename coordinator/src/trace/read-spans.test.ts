import type { RunSpans } from '@cleangrid/core/run-service.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteRunStore } from '../adapters/sqlite-run-store.ts';
import { scenario, submission } from '../fake/plans.ts';
import { run, ScriptedGrid } from '../fake/scripted-grid.ts';
import { storedRun } from '../fake/stored.ts';
import type { RunStore } from '../run-store.ts';
import { readSpans } from './read-spans.ts';
import { rootSpan } from './root-span.ts';

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

const traced = { ...storedRun('r'), traceMode: 'single' as const, ordinal: 1 };
const noCounts = { emitted: 0, arrived: 0, dropped: 0 };

test('a coordinator keeps apart what is of the run and what is of each attempt, though all of a turn is stored together', async () => {
  const grid = new ScriptedGrid();
  await grid.open();
  const agent = await grid.agent('agent-1');
  const submitted = grid.coordinator.runs.submit({
    ...submission(run, [scenario({ name: 'a', steps: 1 }), scenario({ name: 'b', steps: 1 })]),
    traceMode: 'single',
  });
  await grid.advance(0);
  await submitted;
  await grid.advance(0);
  for (const shard of ['0', '1']) {
    const { ref } = agent.delivery(shard);
    agent.say({ kind: 'accepted', ref });
    const otlp = encodeSpans([{ ...rootSpan(traced, noCounts), name: `of ${shard}` }]);
    agent.say({ kind: 'frame', ref, seq: 1, results: [], spans: { count: 1, otlp } });
  }
  await grid.advance(10);
  const namesOf = async (ordinal: number | null): Promise<unknown[]> =>
    (await Array.fromAsync(grid.coordinator.runs.spans(run, ordinal))).flatMap(({ of, otlp }) =>
      decodeSpans(otlp).map(({ name }) => [of?.shard ?? null, name]),
    );
  const all = await namesOf(null);
  expect(all).toHaveLength(6);
  expect(all).toEqual(
    expect.arrayContaining([
      [null, 'run suite'],
      [null, 'plan'],
      ['0', 'queue'],
      ['0', 'of 0'],
      ['1', 'queue'],
      ['1', 'of 1'],
    ]),
  );
  expect(await namesOf(1)).toEqual([
    [null, 'run suite'],
    ['1', 'queue'],
    ['1', 'of 1'],
  ]);
});
