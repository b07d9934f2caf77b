import { fakeSpan } from '@cleangrid/core/fake/spans.ts';
import { spanFieldsMax, spansQuietMs, spansWaitMsMax } from '@cleangrid/core/limits.ts';
import { expectedSpans, suiteWith } from '@cleangrid/core/suite/compile-text.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { expect, test } from 'vitest';
import { virtualClock } from '../fake/virtual-clock.ts';
import { checkSpans, type CheckedSpans } from './check-spans.ts';
import { intakeStand, source } from './testing/intake-stand.ts';

const container = source('workspace', null);

interface Ended extends CheckedSpans {
  afterMs: number;
}

/** Checks an attempt whose programs send these, each so many milliseconds after its last step. */
async function check(
  expected: string,
  sent: readonly (readonly [atMs: number, spans: Span[] | 'garbage'])[],
  { trouble = [], own = [] }: { trouble?: string[]; own?: Span[] } = {},
): Promise<Ended> {
  const clock = virtualClock();
  const { intake, open } = intakeStand(clock);
  const { attempt } = open('0', null, [container]);
  for (const [atMs, spans] of sent) {
    const body = spans === 'garbage' ? Buffer.from('garbage') : encodeSpans(spans);
    clock.after(atMs, () => void intake.take({ source: container, encoding: 'protobuf', body }));
  }
  const expectations = expectedSpans(suiteWith({ scenario: `expect.${expected}` }));
  const checked = await checkSpans(
    { clock, expectations, attempt, own: () => own, trouble },
    new AbortController().signal,
  );
  return { ...checked, afterMs: clock.monotonicMs() };
}

const a = fakeSpan('a');
const b = fakeSpan('b');

test('passes as soon as all is there that nothing can change any more', async () => {
  const { verdict, afterMs } = await check('counts.spans_total.gte = 2', [
    [100, [a]],
    [200, [b]],
  ]);
  expect(verdict.outcome).toBe('passed');
  expect(afterMs).toBeLessThan(200 + spansQuietMs);
});

test.each([
  'counts.spans_total.lte = 1',
  'graph.must_not_cross = [["a", "b"]]',
  'status.all = "ok"',
  'hermeticity.forbid_attributes = ["x"]',
])('waits for a quiet time where one more span could break `%s`', async (expected) => {
  const { verdict, afterMs } = await check(expected, [[100, [a]]]);
  expect(verdict.outcome).toBe('passed');
  expect(afterMs).toBeGreaterThanOrEqual(100 + spansQuietMs);
});

test('a span that comes late, and before it is quiet, breaks what was met', async () => {
  const { verdict, failedChecks } = await check('counts.spans_total.lte = 1', [
    [100, [a]],
    [100 + spansQuietMs - 50, [b]],
  ]);
  expect(verdict).toMatchObject({
    outcome: 'failed',
    reason: 'expectation',
    message: 'not met: counts.spans_total',
  });
  expect(failedChecks).toMatchObject([
    { what: 'counts.spans_total', actual: '2', source: { line: expect.any(Number) } },
  ]);
});

test('waits for what is missing longer than it must be quiet', async () => {
  const late = spansWaitMsMax - 500;
  expect(
    (
      await check('span = [{ name = "b" }]', [
        [10, [a]],
        [late, [b]],
      ])
    ).verdict.outcome,
  ).toBe('passed');
});

test('says what is nearest when nothing more came', async () => {
  const { verdict, failedChecks, afterMs } = await check('span = [{ name = "checkuot" }]', [
    [10, [fakeSpan('checkout')]],
  ]);
  expect(verdict.outcome).toBe('failed');
  expect(failedChecks).toMatchObject([
    { what: 'span', actual: 'no span named "checkuot"; nearest: "checkout"' },
  ]);
  expect(afterMs).toBeGreaterThanOrEqual(spansWaitMsMax);
});

test('no span at all never passes', async () => {
  const { failedChecks } = await check('counts.errors_total.eq = 0', []);
  expect(failedChecks).toMatchObject([
    { actual: 'no span arrived: programs send them to $OTEL_EXPORTER_OTLP_ENDPOINT' },
  ]);
});

test('spans that never end to come do not pass', async () => {
  const endless = Array.from(
    { length: 70 },
    (_, index) => [100 * index, [fakeSpan(`a${index}`)]] satisfies [number, Span[]],
  );
  const { verdict } = await check('status.all = "ok"', endless);
  expect(verdict).toMatchObject({ outcome: 'failed', message: expect.stringContaining('still arrived') });
});

const many = Object.fromEntries(Array.from({ length: spanFieldsMax + 1 }, (_, index) => [`a${index}`, 1]));

test('a scenario whose spans were cut fails, although those that came meet everything', async () => {
  const { verdict } = await check('counts.errors_total.eq = 0', [
    [10, [a]],
    [20, [fakeSpan('large', { attributes: many })]],
  ]);
  expect(verdict).toMatchObject({
    outcome: 'failed',
    reason: 'output_limit',
    message: expect.stringContaining('1 spans, or posts'),
  });
});

test.each<[string, Span[] | 'garbage', string]>([
  ['a post', 'garbage', 'these are no spans: '],
  ['a span', [fakeSpan('c', { traceId: '0'.repeat(32) })], "a span's trace id"],
])('a scenario of which %s cannot be read fails, and says why it cannot', async (_, sent, words) => {
  const { verdict } = await check('counts.errors_total.eq = 0', [
    [10, [a]],
    [20, sent],
  ]);
  expect(verdict).toMatchObject({
    outcome: 'failed',
    reason: 'expectation',
    message: expect.stringContaining(`could not be read: ${words}`),
  });
});

test('says beside what was missed why spans may not have come', async () => {
  const { failedChecks } = await check('span = [{ name = "a" }]', [], { trouble: ['port 4318 is taken'] });
  expect(failedChecks).toMatchObject([
    { what: 'span' },
    { what: 'spans', actual: 'port 4318 is taken', source: null },
  ]);
});

test('our own spans count where they are named', async () => {
  const own = [fakeSpan('step one', { spanId: '1'.repeat(16) })];
  const child = fakeSpan('a', { parentSpanId: '1'.repeat(16) });
  expect(
    (await check('span = [{ name = "a", parent = "step one" }]', [[10, [child]]], { own })).verdict.outcome,
  ).toBe('passed');
});
