import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { spanTextMax } from '@cleangrid/core/limits.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { expect, test } from 'vitest';
import { decodeSpans } from './decode-spans.ts';
import { encodeSpans } from './encode-spans.ts';

const rich: Span = fakeSpan('a', {
  kind: 'consumer',
  startUs: 1_795_000_000_123_456,
  endUs: 1_795_000_000_123_457,
  attributes: { text: 'ü', yes: true, whole: -7, part: 0.5, list: ['x', 1, false] },
  events: [{ name: 'e', atUs: 1_795_000_000_000_001, attributes: { n: 1 } }],
  links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: {} }],
  status: { code: 'error', message: 'why' },
  resource: { 'service.name': 'x' },
  scope: 'cleangrid',
});

test('spans come back as they were', () => {
  const spans = [rich, fakeSpan('b', { parent: 'a' })];
  expect(decodeSpans(encodeSpans(spans))).toEqual(spans);
});

test('values of every size come back, whatever their lengths take on the wire', () => {
  const whole = [0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 53 - 1)];
  for (const length of [0, 1, 41, 42, 43, 60, 120, 127, 128, 200, 999]) {
    const text = 'ü'.repeat(length);
    const attributes = { text, list: [text, text], ...Object.fromEntries(whole.map((n) => [`n${n}`, n])) };
    const span = fakeSpan('a', { name: text, attributes, startUs: 2 ** 52 - 1, endUs: 2 ** 52 });
    expect(decodeSpans(encodeSpans([span, span]))).toEqual([span, span]);
  }
});

test('two batches one after the other are one', () => {
  const joined = Buffer.concat([encodeSpans([rich]), encodeSpans([fakeSpan('b')])]);
  expect(decodeSpans(joined)).toEqual([rich, fakeSpan('b')]);
});

test('a span is written as the OTLP specification says', () => {
  const span = fakeSpan('n', { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), startUs: 1, endUs: 2 });
  const fields = [
    `0a10${'aa'.repeat(16)}`,
    `1208${'bb'.repeat(8)}`,
    '2a016e',
    '3001',
    '39e803000000000000',
    '41d007000000000000',
  ].join('');
  const length = (text: string): string => (text.length / 2).toString(16).padStart(2, '0');
  const scope = `0a020a0012${length(fields)}${fields}`;
  const resource = `0a0012${length(scope)}${scope}`;
  expect(Buffer.from(encodeSpans([span])).toString('hex')).toBe(`0a${length(resource)}${resource}`);
});

test('texts on spans are cut', () => {
  const [span] = decodeSpans(encodeSpans([fakeSpan('a', { name: 'x'.repeat(spanTextMax + 1) })]));
  expect(span?.name).toBe(`${'x'.repeat(spanTextMax)}…`);
});
