import { attemptSpansMax, otlpEntriesMax, spanBytesMax } from '@cleangrid/core/limits.ts';
import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { ownScope } from '@cleangrid/core/trace/arrived-spans.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpanSource } from './attempt-spans.ts';
import type { IntakeAnswer, SpanIntake } from './span-intake.ts';
import { intakeStand, source } from './testing/intake-stand.ts';

const container = source('db');
/** After every attempt has begun. */
const now = 1_800_000_000_000_000;

function span(name: string, change: Parameters<typeof fakeSpan>[1] = {}): Span {
  return fakeSpan(name, { startUs: now, endUs: now, scope: 'shop', ...change });
}

function post(intake: SpanIntake, spans: Span[], from: SpanSource = container): IntakeAnswer {
  return intake.take({ source: from, encoding: 'protobuf', body: encodeSpans(spans) });
}

const names = (spans: readonly Span[]): string[] => spans.map(({ name }) => name);

test('spans of the sole holder of a container are its, whatever trace they are in, and are stored with where they came from', () => {
  const { intake, open } = intakeStand();
  const { attempt, stored } = open('0', 'a', [container]);
  const foreign = span('request', { traceId: 'c'.repeat(32), resource: { 'service.name': 'shop' } });
  expect(post(intake, [foreign, span('query', { traceId: 'a'.repeat(32) })])).toEqual({
    kind: 'taken',
    rejected: 0,
    message: '',
  });
  expect(names(attempt.spans)).toEqual(['request', 'query']);
  expect(stored).toEqual(attempt.spans);
  expect(stored[0]).toMatchObject({
    traceId: 'c'.repeat(32),
    resource: {
      'service.name': 'shop',
      'host.id': 'host',
      'container.id': 'db',
      'cicd.pipeline.run.id': 'r',
      'cleangrid.shard': '0',
      'cleangrid.attempt': '1',
    },
  });
});

test('what a program says of its resource itself stays as it is', () => {
  const { intake, open } = intakeStand();
  const { stored } = open('0', 'a', [container]);
  post(intake, [span('request', { resource: { 'host.id': 'its own' } })]);
  expect(stored[0]?.resource['host.id']).toBe('its own');
});

test('of several holders of a container a span is of the one whose trace it is in', () => {
  const { intake, open } = intakeStand();
  const one = open('1', 'a', [container]);
  const two = open('2', 'b', [container]);
  post(intake, [span('x', { traceId: 'b'.repeat(32) }), span('y', { traceId: 'a'.repeat(32) })]);
  expect(names(one.attempt.spans)).toEqual(['y']);
  expect(names(two.attempt.spans)).toEqual(['x']);
});

test('of several holders in one trace a span is of the one whose span is above it, also when that comes behind it or in an earlier post', () => {
  const { intake, open } = intakeStand();
  const one = open('1', 'a', [container]);
  const two = open('2', 'a', [container]);
  const of = (name: string, spanId: string, parentSpanId: string): Span =>
    span(name, { traceId: 'a'.repeat(32), spanId, parentSpanId });
  post(intake, [
    of('deep', 'd'.repeat(16), 'c'.repeat(16)),
    of('middle', 'c'.repeat(16), '2'.repeat(16)),
    of('other', 'e'.repeat(16), '1'.repeat(16)),
    of('round', '3'.repeat(16), '4'.repeat(16)),
    of('and round', '4'.repeat(16), '3'.repeat(16)),
  ]);
  post(intake, [of('deepest', 'f'.repeat(16), 'd'.repeat(16))]);
  expect(names(one.attempt.spans)).toEqual(['other']);
  expect(names(two.attempt.spans)).toEqual(['deep', 'middle', 'deepest']);
  expect([one.attempt.unattributed, two.attempt.unattributed]).toEqual([2, 2]);
});

test('what ended before its holder had the service was left by an earlier one', () => {
  const { intake, open } = intakeStand();
  const early = { startUs: 1, endUs: 2 };
  const first = open('1', 'a', [container]);
  post(intake, [span('of the first', early)]);
  intake.close(first.attempt);
  const second = open('2', 'a', [container]);
  post(intake, [span('late', early), span('own')]);
  expect(names(first.attempt.spans)).toEqual(['of the first']);
  expect(names(second.attempt.spans)).toEqual(['own']);
  expect(second.attempt.unattributed).toBe(1);
});

test('nothing is taken from a container that nobody holds', () => {
  const { intake, open } = intakeStand();
  const { attempt, stored } = open('0', 'a', [container]);
  expect(post(intake, [span('x')], source('other')).kind).toBe('refused');
  intake.close(attempt);
  expect(post(intake, [span('x')]).kind).toBe('refused');
  expect(stored).toEqual([]);
});

test.each<[string, Partial<Span>]>([
  ['that would count as our own', { scope: ownScope }],
  ['without a trace', { traceId: '0'.repeat(32) }],
  ['with a trace id of another length', { traceId: 'a'.repeat(30) }],
  ['without an id', { spanId: '' }],
  ['with a giant id', { spanId: 'a'.repeat(100_000) }],
  ['with a parent id of another length', { parentSpanId: 'abcd' }],
])('a span %s is not taken, and counted', (_, change) => {
  const { intake, open } = intakeStand();
  const { attempt } = open('0', 'a', [container]);
  expect(post(intake, [span('x', change), span('y')])).toMatchObject({ kind: 'taken', rejected: 1 });
  expect(names(attempt.spans)).toEqual(['y']);
  expect(attempt.cut).toBe(1);
});

test('fields that this version does not know are stored as they came', () => {
  const { intake, open } = intakeStand();
  const { bytes } = open('0', 'a', [container]);
  const unknown = (writer: BinaryWriter, text: string): BinaryWriter =>
    writer.tag(99, WireType.LengthDelimited).string(text);
  const message = (write: (writer: BinaryWriter) => void): Uint8Array => {
    const writer = new BinaryWriter();
    write(writer);
    return writer.finish();
  };
  const inSpan = message((writer) => {
    writer.tag(1, WireType.LengthDelimited).bytes(Buffer.alloc(16, 1));
    writer.tag(2, WireType.LengthDelimited).bytes(Buffer.alloc(8, 1));
    unknown(writer, 'in the span');
  });
  const inScope = message((writer) =>
    unknown(writer.tag(2, WireType.LengthDelimited).bytes(inSpan), 'in the scope'),
  );
  const inResource = message((writer) =>
    unknown(writer.tag(2, WireType.LengthDelimited).bytes(inScope), 'in the resource'),
  );
  const body = message((writer) => writer.tag(1, WireType.LengthDelimited).bytes(inResource));
  intake.take({ source: container, encoding: 'protobuf', body });
  const text = Buffer.concat(bytes).toString();
  expect(text).toContain('in the span');
  expect(text).toContain('in the scope');
  expect(text).toContain('in the resource');
});

test('an attempt takes so many spans, and counts what comes beyond', () => {
  const { intake, open } = intakeStand();
  const { attempt } = open('0', null, [container]);
  const many = Array.from({ length: attemptSpansMax / 2 + 1 }, (_, index) =>
    span('x', { spanId: index.toString(16).padStart(16, 'a') }),
  );
  expect(post(intake, many)).toMatchObject({ rejected: 0 });
  expect(post(intake, many)).toMatchObject({ kind: 'taken', rejected: 2 });
  expect(attempt.spans).toHaveLength(attemptSpansMax);
  expect(attempt.cut).toBe(2);
  expect(post(intake, many).kind).toBe('refused');
  expect(attempt.cut).toBe(3);
});

test('an attempt takes so many bytes, whether they are spans or not', () => {
  const { intake, open } = intakeStand();
  const { attempt } = open('0', null, [container]);
  const body = Buffer.alloc(3_000_000, 0xff);
  for (let count = 0; count < 3; count += 1)
    expect(intake.take({ source: container, encoding: 'protobuf', body })).toMatchObject({
      message: expect.stringContaining('these are no spans'),
    });
  expect(post(intake, [span('x')])).toMatchObject({ message: expect.stringContaining('as many spans') });
  expect(attempt.cut).toBe(4);
});

test('one of several holders that is full does not keep the others from their spans', () => {
  const { intake, open } = intakeStand();
  const own = source('own');
  const loud = open('1', 'a', [container, own]);
  const quiet = open('2', 'b', [container]);
  for (let count = 0; count < 3; count += 1)
    intake.take({ source: own, encoding: 'protobuf', body: Buffer.alloc(3_000_000, 0xff) });
  expect(loud.attempt.isFull).toBe(true);
  post(intake, [span('x', { traceId: 'b'.repeat(32) })]);
  expect(names(quiet.attempt.spans)).toEqual(['x']);
});

const attributes = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`a${index}`, 1]));

test.each<[string, Partial<Span>]>([
  [
    'of more bytes',
    {
      attributes: Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`a${index}`, 'x'.repeat(1_000)]),
      ),
    },
  ],
  ['with more attributes', { attributes }],
])('a span %s than one may have is cut, and the others are taken', (_, change) => {
  const { intake, open } = intakeStand();
  const { attempt } = open('0', null, [container]);
  expect(encodeSpans([span('x', change)]).length > spanBytesMax || 'attributes' in change).toBe(true);
  post(intake, [span('x', change), span('y')]);
  expect(names(attempt.spans)).toEqual(['y']);
  expect(attempt.cut).toBe(1);
});

const nested = (depth: number): Uint8Array => {
  let bytes: Uint8Array = new Uint8Array();
  for (let level = 0; level < depth; level += 1) {
    const writer = new BinaryWriter();
    writer.tag(5, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).bytes(bytes);
    bytes = writer.join().finish();
  }
  return bytes;
};

/** A resource with 150 empty scopes. */
const withScopes = Buffer.concat([
  Buffer.from([0x0a, 0xac, 2]),
  ...Array.from({ length: 150 }, () => Buffer.from([0x12, 0])),
]);

function withValue(value: Uint8Array): Uint8Array {
  const wrap = (bytes: Uint8Array, ...fields: number[]): Uint8Array =>
    fields.reduce(
      (inner, field) => new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(inner).finish(),
      bytes,
    );
  return wrap(value, 2, 9, 2, 2, 1);
}

test.each<[string, Uint8Array]>([
  ['values that are nested too deep', withValue(nested(500))],
  ['text that is not UTF-8', withValue(Buffer.from([0x0a, 1, 0xff]))],
  ['a field of another type', withValue(Buffer.from([0x08, 0]))],
  // A text that takes in the field behind the resources too.
  [
    'a field that is longer than what it is in',
    Buffer.concat([withValue(Buffer.from([0x0a, 7])), Buffer.from('\u0012\u0005hello')]),
  ],
  ['the half of a post', encodeSpans([span('x')]).subarray(0, 40)],
  ['resources with too many scopes', Buffer.concat(Array.from({ length: 150 }, () => withScopes))],
  [
    'millions of empty entries',
    Buffer.from(Array.from({ length: 2 * (otlpEntriesMax + 1) }, (_, index) => (index % 2 === 0 ? 0x0a : 0))),
  ],
])('%s are refused as a whole, before anything is made of them', (_, body) => {
  const { intake, open } = intakeStand();
  const { attempt, stored } = open('0', 'a', [container]);
  expect(intake.take({ source: container, encoding: 'protobuf', body }).kind).toBe('refused');
  expect(attempt.cut).toBe(1);
  expect(stored).toEqual([]);
});

test('whatever bytes come, they are taken or refused, and what is stored can be read', () => {
  const whole = encodeSpans([
    span('x', {
      attributes: { text: 'a', count: 2, list: ['a', 1], half: 0.5, flag: true },
      events: [{ name: 'e', atUs: now, attributes: { k: 'v' } }],
      links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes: { k: 1 } }],
      status: { code: 'error', message: 'no' },
      resource: { 'service.name': 'shop' },
    }),
  ]);
  const place = fc.nat(whole.length - 1);
  const change = fc.tuple(place, fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.option(place), (changes, end) => {
      const { intake, open } = intakeStand();
      const { attempt, stored } = open('0', 'a', [container]);
      const body = Uint8Array.from(whole.subarray(0, end ?? whole.length));
      for (const [index, value] of changes) body[index] = value;
      const said = intake.take({ source: container, encoding: 'protobuf', body });
      expect(said.kind === 'refused' || said.rejected > 0).toBe(attempt.cut > 0);
      expect(stored).toEqual(attempt.spans);
    }),
    { numRuns: 3_000 },
  );
});
