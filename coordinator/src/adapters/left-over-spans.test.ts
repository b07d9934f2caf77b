import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedRun } from '../fake/stored.ts';
import type { RunStore } from '../run-store.ts';
import { rootSpan } from '../trace/root-span.ts';
import { forgetSentSpans, markSpansToSend, sendLeftOverSpans } from './left-over-spans.ts';
import { openSqliteRunStore } from './sqlite-run-store.ts';

const endpoint = new URL('http://jaeger:4318');
let runs: string;
let arrived: string[];
let isAway: boolean;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'cleangrid-left-over-'));
  arrived = [];
  isAway = false;
});
afterEach(() => rmSync(runs, { recursive: true }));

/** A store with a finished run of that name, which has a span that was not sent. */
function leave(name: string): RunStore {
  const store = openSqliteRunStore({ directory: join(runs, name) });
  store.transaction(({ addRun, putRun, spans }) => {
    const run = { ...storedRun(name), traceMode: 'single' as const, finishedAtMs: 2 };
    const ordinal = addRun(run);
    putRun({ ...run, ordinal, state: 'finished' });
    spans.open(ordinal);
    const span = {
      ...rootSpan({ ...run, ordinal }, { emitted: 0, arrived: 0, dropped: 0 }),
      name: `of ${name}`,
    };
    spans.add(ordinal, { count: 1, otlp: encodeSpans([span]), parts: [] });
  });
  return store;
}

async function send(signal = new AbortController().signal): Promise<void> {
  const openSink = async () => ({
    async post(otlp: readonly Uint8Array[]) {
      if (isAway) throw new Error('away');
      arrived.push(...decodeSpans(Buffer.concat(otlp)).map((span) => span.name));
      return { rejected: 0, reason: '' };
    },
    close() {},
  });
  const durationsFile = join(runs, 'durations.sqlite');
  await sendLeftOverSpans(
    { runs, endpoint, openSink, durationsFile, clock: systemClock, logger: pino({ enabled: false }) },
    signal,
  );
}

test('sends what earlier runs left behind, with their roots, once', async () => {
  for (const name of ['1', '2']) {
    leave(name).close();
    markSpansToSend(join(runs, name), endpoint);
  }
  await send();
  expect(arrived).toEqual(['of 1', 'run suite', 'of 2', 'run suite']);
  await send();
  expect(arrived).toHaveLength(4);
});

test('sends nothing of runs that had no back end, or another one, or that still go on', async () => {
  leave('1').close();
  leave('2').close();
  markSpansToSend(join(runs, '2'), new URL('http://elsewhere:4318'));
  const living = leave('3');
  markSpansToSend(join(runs, '3'), endpoint);
  await send();
  expect(arrived).toEqual([]);
  living.close();
});

test('keeps what could not be sent for the next time, and stops when it is told to', async () => {
  leave('1').close();
  markSpansToSend(join(runs, '1'), endpoint);
  isAway = true;
  await send();
  isAway = false;
  await send(AbortSignal.abort());
  expect(arrived).toEqual([]);
  await send();
  expect(arrived).toEqual(['of 1', 'run suite']);
});

test('forgets only what was sent', async () => {
  const store = leave('1');
  markSpansToSend(join(runs, '1'), endpoint);
  forgetSentSpans(join(runs, '1'), store);
  store.close();
  await send();
  expect(arrived).toHaveLength(2);
});
