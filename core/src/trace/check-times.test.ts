import { describe, expect, test } from 'vitest';
import { missed } from '../fake/missed.ts';
import { fakeSpan } from '../fake/spans.ts';
import type { Span } from './span.ts';

const one = { 'host.id': 'one' };
const two = { 'host.id': 'two' };
const clocks =
  'has times by the clock host.id "two", which are not compared with those by the clock host.id "one"';

describe('a window', () => {
  const outer = fakeSpan('outer', { startUs: 1_000, endUs: 3_000, resource: one });
  const inner = (startUs: number, endUs: number, resource = one): Span =>
    fakeSpan('inner', { startUs, endUs, resource, parent: 'outer' });

  test.each<[string, Span, string | null]>([
    ['contains what has its very bounds', inner(1_000, 3_000), null],
    ['does not contain what begins before it', inner(990, 2_000), '"inner" begins 10µs before "outer"'],
    ['does not contain what ends after it', inner(2_000, 5_000), '"inner" ends 2ms after "outer"'],
    ['is of one clock, even for a child', inner(1_500, 2_000, two), `"inner" ${clocks}`],
    ['needs something to contain', fakeSpan('other'), 'no span named "inner"; there are: "other", "outer"'],
  ])('%s', (_title, span, actual) => {
    const expectation = 'window = [{ outer = "outer", contains = ["inner"] }]';
    expect(missed(expectation, [outer, span])).toEqual(actual === null ? [] : [actual]);
  });

  test('is needed for each span, not for one', () => {
    const late = { ...inner(4_000, 5_000), spanId: 'f'.repeat(16) };
    expect(
      missed('window = [{ outer = "outer", contains = ["inner"] }]', [outer, inner(1_000, 2_000), late]),
    ).toEqual(['"inner" ends 2ms after "outer"']);
  });

  test('does not contain itself', () => {
    expect(missed('window = [{ outer = "o*", contains = ["outer"] }]', [outer])).toHaveLength(1);
  });
});

describe('an order', () => {
  const connect = fakeSpan('connect', { startUs: 1_000, endUs: 2_000, resource: one });
  const query = (startUs: number, resource = one, parent?: string): Span =>
    fakeSpan('query', {
      startUs,
      endUs: startUs + 10,
      resource,
      ...(parent === undefined ? {} : { parent }),
    });

  test.each<[string, Span[], string | null]>([
    ['holds when the one begins as the other ends', [connect, query(2_000)], null],
    [
      'is missed when they overlap',
      [connect, query(1_990)],
      '"query" begins 10µs before the first "connect" ends',
    ],
    ['holds for a child, whatever the clocks say', [connect, query(0, two, 'connect')], null],
    ['does not compare clocks of different hosts', [connect, query(9_000, two)], `"query" ${clocks}`],
    ['needs the first', [query(1)], 'no span named "connect"; there are: "query"'],
    ['needs the second', [connect], 'no span named "query"; there are: "connect"'],
  ])('%s', (_title, spans, actual) => {
    const wanted = actual === null ? [] : [actual];
    expect(missed('order.must_precede = [["connect", "query"]]', spans)).toEqual(wanted);
    expect(missed('order.must_follow = [["query", "connect"]]', spans)).toEqual(wanted);
  });

  test('is of every later span, each after some earlier one', () => {
    const again = { ...connect, spanId: 'e'.repeat(16), startUs: 5_000, endUs: 6_000 };
    const early = { ...query(500), spanId: 'f'.repeat(16) };
    expect(missed('order.must_precede = [["connect", "query"]]', [connect, query(3_000), again])).toEqual([]);
    expect(
      missed('order.must_precede = [["connect", "query"]]', [connect, query(3_000), early]),
    ).toHaveLength(1);
  });
});

test.each<[Span['resource'], Span['resource'], boolean]>([
  [{}, {}, true],
  [{ 'host.name': 'a' }, { 'host.name': 'a' }, true],
  [{ 'host.name': 'a' }, { 'host.name': 'b' }, false],
  [{ 'host.name': 'a' }, {}, false],
  [{ 'host.id': '1', 'host.name': 'a' }, { 'host.id': '1', 'host.name': 'b' }, true],
  [{ 'service.instance.id': '1' }, { 'service.instance.id': '2' }, false],
])('spans of %j and %j are of one clock: %s', (left, right, same) => {
  const spans = [fakeSpan('a', { resource: left }), fakeSpan('b', { resource: right, startUs: 5_000 })];
  expect(missed('order.must_precede = [["a", "b"]]', spans)).toHaveLength(same ? 0 : 1);
});
