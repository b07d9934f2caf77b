import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forest, type PlannedSpan, spansOf } from '../fake/arbitrary-spans.ts';
import { fakeSpan } from '../fake/spans.ts';
import { id } from '../ids.ts';
import { failed, passed } from '../verdict.ts';
import type { Span } from './span.ts';
import { type DigestedScenario, traceDigestText } from './trace-digest.ts';

function scenario(spans: readonly Span[], change: Partial<DigestedScenario> = {}): DigestedScenario {
  const steps = [{ id: id<DigestedScenario['steps'][number]['id']>('steps.0'), verdict: passed }];
  return { id: id('a.toml::pays'), verdict: passed, steps, spans, ...change };
}

function textOf(spans: readonly Span[]): string {
  return traceDigestText([scenario(spans)]);
}

test('is a line for each scenario, step and span, with what lasts of it', () => {
  const spans = [
    fakeSpan('b', {
      parent: 'a',
      kind: 'client',
      attributes: { z: 1, 'db.system': 'redis', 'thread.id': 7 },
    }),
    fakeSpan('a', { resource: { 'service.name': 'app', 'service.instance.id': 'x', 'host.name': 'h' } }),
    fakeSpan('c', {
      parent: 'a',
      status: { code: 'error', message: 'after 12 ms' },
      events: [
        { name: 'exception', atUs: 5, attributes: { 'exception.type': 'E', 'exception.stacktrace': 's' } },
      ],
    }),
  ];
  expect(traceDigestText([scenario(spans, { verdict: failed('expectation', 'no') })])).toBe(
    [
      'scenario "a.toml::pays" failed expectation',
      'step steps.0 passed',
      '0 "a" internal unset [] of [["service.name","app"]]',
      '1 "b" client unset [["db.system","redis"],["z",1]] of []',
      '1 "c" internal error [] of [] events [["exception",[["exception.type","E"]]]]',
      '',
    ].join('\n'),
  );
});

test('does not depend on the order of scenarios, but on each of their verdicts', () => {
  const one = scenario([], { id: id('one') });
  const two = scenario([], { id: id('two') });
  expect(traceDigestText([one, two])).toBe(traceDigestText([two, one]));
  expect(traceDigestText([one, { ...two, verdict: failed('timeout', '') }])).not.toBe(
    traceDigestText([one, two]),
  );
  const skipped = [
    { id: id<DigestedScenario['steps'][number]['id']>('steps.0'), verdict: failed('oom', '') },
  ];
  expect(traceDigestText([one, { ...two, steps: skipped }])).not.toBe(traceDigestText([one, two]));
});

test.each([
  'trace_id',
  'messaging.message.id',
  'process.pid',
  'server.port',
  'start_time',
  'duration',
  'network.peer.address',
  'client.address',
])('leaves out %s', (key) => {
  expect(textOf([fakeSpan('a', { attributes: { [key]: 1 } })])).toBe(textOf([fakeSpan('a')]));
});

test.each(['idle', 'report', 'server.address', 'ship', 'network_zone', 'network.protocol.name'])(
  'keeps %s',
  (key) => {
    expect(textOf([fakeSpan('a', { attributes: { [key]: 1 } })])).not.toBe(textOf([fakeSpan('a')]));
  },
);

test('tells spans that are their own ancestors, in any order', () => {
  const spans = [fakeSpan('x', { parent: 'y' }), fakeSpan('y', { parent: 'x' })];
  expect(textOf(spans)).toContain('cyclic 0 "x"');
  expect(textOf(spans.toReversed())).toBe(textOf(spans));
});

test('is the same for other ids, other times and another order of arrival', () => {
  const repeated = fc.record({ plan: forest, salt: fc.nat(1000), laterUs: fc.nat(1_000_000) });
  fc.assert(
    fc.property(repeated, ({ plan, salt, laterUs }) => {
      const shifted = plan.map((span, place) => ({ ...span, startUs: (span.startUs + place * salt) % 101 }));
      expect(textOf(spansOf(shifted, { salt, laterUs }).toReversed())).toBe(textOf(spansOf(plan)));
    }),
  );
});

/** What a forest is, compared without any of the digest's means. */
function nested(plan: readonly PlannedSpan[], parent: number | null): string {
  const own = plan.flatMap((span, place) =>
    span.parent === parent
      ? [
          `${span.name}${JSON.stringify([span.attributes['x'], span.attributes['y']])}(${nested(plan, place)})`,
        ]
      : [],
  );
  return own.sort().join(' ');
}

test('is the same for two forests exactly when they have the same names, attributes and structure', () => {
  const small = forest.map((plan) => plan.slice(0, 4));
  fc.assert(
    fc.property(small, small, (left, right) => {
      expect(textOf(spansOf(left)) === textOf(spansOf(right))).toBe(
        nested(left, null) === nested(right, null),
      );
    }),
    { numRuns: 500 },
  );
});

test.each<[string, (span: PlannedSpan) => PlannedSpan]>([
  ['name', (span) => ({ ...span, name: 'other' })],
  ['attribute', (span) => ({ ...span, attributes: { ...span.attributes, other: 1 } })],
])('differs when one %s does', (_what, change) => {
  fc.assert(
    fc.property(forest, fc.nat(11), (plan, place) => {
      const changed = plan.map((span, index) => (index === place ? change(span) : span));
      expect(textOf(spansOf(changed)) === textOf(spansOf(plan))).toBe(place >= plan.length);
    }),
  );
});
