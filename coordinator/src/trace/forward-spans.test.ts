import { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import { recordingMeter } from '@cleangrid/core/fake/recording-meter.ts';
import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { spanPauseMsFirst, spanPauseMsMax, spanPostBytesMax, spanPostsMax } from '@cleangrid/core/limits.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteRunStore } from '../adapters/sqlite-run-store.ts';
import { storedRun } from '../fake/stored.ts';
import type { RunStore } from '../run-store.ts';
import { forwardSpans, type SpanForwarder } from './forward-spans.ts';
import type { SinkAnswer } from './otlp-sink.ts';

const taken: SinkAnswer = { rejected: 0, reason: '' };
const crashed = (_: Party, error: unknown): never => {
  throw error;
};

let clock: FakeClock;
let store: RunStore;
let meter: ReturnType<typeof recordingMeter>;
let run: number;
let posts: { atMs: number; otlp: Uint8Array }[];
let answer: () => Promise<SinkAnswer>;
let isClosed: boolean;

beforeEach(() => {
  clock = new FakeClock({ random: () => 0.5, crashed });
  store = openSqliteRunStore({ directory: null });
  meter = recordingMeter();
  posts = [];
  answer = async () => taken;
  isClosed = false;
  run = store.transaction(({ addRun, spans }) => {
    const ordinal = addRun({ ...storedRun('r'), traceMode: 'single' });
    spans.open(ordinal);
    return ordinal;
  });
});

afterEach(() => store.close());

function forward(): SpanForwarder {
  return forwardSpans({
    store,
    commit: async (decide) => store.transaction((writes) => decide({ writes })),
    sink: {
      post: (otlp) => {
        posts.push({ atMs: clock.nowMs, otlp: Buffer.concat(otlp) });
        return answer();
      },
      close: () => {
        isClosed = true;
      },
    },
    meter,
    clock: clock.of(new Party('coordinator')),
    logger: pino({ enabled: false }),
  });
}

/** Spans of these names, as one batch. */
function add(...names: string[]): void {
  const otlp = encodeSpans(names.map((name) => fakeSpan(name)));
  store.transaction(({ spans }) => spans.add(run, { count: names.length, otlp, parts: [] }));
}

function finish(): void {
  store.transaction(({ putRun }) => {
    const record = store.run(storedRun('r').run);
    if (record) putRun({ ...record, state: 'finished', finishedAtMs: 2 });
  });
}

const advance = (ms: number): Promise<boolean> => clock.run(() => false, clock.nowMs + ms);
const posted = (): string[] => posts.flatMap(({ otlp }) => decodeSpans(otlp).map(({ name }) => name));

function root(): Span | undefined {
  return posts.flatMap(({ otlp }) => decodeSpans(otlp)).find(({ name }) => name.startsWith('run '));
}

test('sends spans in the order of their arrival, and the root of the run when all others are there', async () => {
  add('a', 'b');
  add('c');
  forward();
  await advance(1000);
  expect(posted()).toEqual(['a', 'b', 'c']);
  add('d');
  finish();
  await advance(1000);
  expect(posted()).toEqual(['a', 'b', 'c', 'd', 'run suite']);
  expect(root()?.attributes).toMatchObject({
    'cleangrid.spans.emitted': 4,
    'cleangrid.spans.arrived': 4,
    'cleangrid.spans.dropped': 0,
  });
  expect(meter.counts['cleangrid.spans.arrived']).toBe(4);
});

test('has no more posts under way than it may, and no more bytes in one', async () => {
  const answers: (() => void)[] = [];
  answer = () => new Promise((resolve) => answers.push(() => resolve(taken)));
  const large = encodeSpans([fakeSpan('large', { attributes: { blob: 'x'.repeat(900) } })]);
  const otlp = Buffer.concat(Array.from({ length: spanPostBytesMax / 2 / large.length }, () => large));
  for (let batch = 0; batch < 8; batch += 1)
    store.transaction(({ spans }) => spans.add(run, { count: 1, otlp, parts: [] }));
  forward();
  await advance(1000);
  expect(posts).toHaveLength(spanPostsMax);
  for (const one of posts) expect(one.otlp.length).toBeLessThanOrEqual(spanPostBytesMax);
  answers.shift()?.();
  await advance(0);
  expect(posts).toHaveLength(spanPostsMax + 1);
});

test('asks a back end that is away again after pauses that double up to a bound, and loses nothing', async () => {
  answer = () => Promise.reject(new Error('away'));
  add('a');
  forward();
  await advance(60_000);
  const pauses = posts.slice(1).map(({ atMs }, index) => atMs - (posts[index]?.atMs ?? 0));
  const doubling = Array.from({ length: pauses.length }, (_, times) =>
    Math.min(spanPauseMsFirst * 2 ** times, spanPauseMsMax),
  );
  expect(pauses.length).toBeGreaterThan(5);
  expect(pauses).toEqual(doubling);
  answer = async () => taken;
  finish();
  await advance(spanPauseMsMax + 1000);
  expect(posted().slice(-2)).toEqual(['a', 'run suite']);
  expect(root()?.attributes).toMatchObject({ 'cleangrid.spans.arrived': 1, 'cleangrid.spans.dropped': 0 });
});

test('two posts that fail at once are one failure', async () => {
  answer = () => Promise.reject(new Error('away'));
  for (let batch = 0; batch < 2; batch += 1) {
    const otlp = new Uint8Array(spanPostBytesMax);
    store.transaction(({ spans }) => spans.add(run, { count: 1, otlp, parts: [] }));
  }
  forward();
  await advance(spanPauseMsFirst + spanPauseMsFirst);
  expect(posts.map(({ atMs }) => atMs)).toEqual([0, 0, spanPauseMsFirst, spanPauseMsFirst]);
});

test('what came while the back end was away goes behind what had waited', async () => {
  answer = () => Promise.reject(new Error('away'));
  add('a');
  forward();
  await advance(1000);
  add('b');
  posts = [];
  answer = async () => taken;
  await advance(spanPauseMsMax);
  expect(posted()).toEqual(['a', 'b']);
});

test.each([
  ['some of its spans', 2, { arrived: 1, dropped: 2 }],
  ['all of them for ever', 'all' as const, { arrived: 0, dropped: 3 }],
])('counts what the back end rejects: %s', async (_, rejected, counts) => {
  answer = async () => ({ rejected, reason: 'too old' });
  add('a', 'b', 'c');
  forward();
  await advance(1000);
  expect(posts).toHaveLength(1);
  expect(store.spans.counts(run)).toEqual({ emitted: 3, ...counts });
  expect(meter.counts['cleangrid.spans.dropped']).toBe(counts.dropped);
  finish();
  await advance(1000);
  expect(root()?.attributes).toMatchObject({ 'cleangrid.spans.dropped': counts.dropped });
});

test('sends what is left before it ends', async () => {
  const forwarder = forward();
  await advance(1000);
  add('a');
  const closed = forwarder.close();
  await advance(1000);
  await closed;
  expect(posted()).toEqual(['a']);
  expect(isClosed).toBe(true);
});

test('does not wait at its end for a back end that is away', async () => {
  answer = () => Promise.reject(new Error('away'));
  add('a');
  const forwarder = forward();
  await advance(0);
  const closed = forwarder.close();
  await advance(0);
  await closed;
  expect(isClosed).toBe(true);
});
