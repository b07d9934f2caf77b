import { describe, expect, test } from 'vitest';
import { missed } from '../fake/missed.ts';
import { fakeSpan } from '../fake/spans.ts';
import { spansListedMax } from '../limits.ts';
import { expectedSpans, suiteWith } from '../suite/compile-text.ts';
import { evaluateSpans } from './evaluate-spans.ts';
import { noSpanArrived } from './missed.ts';
import type { Span } from './span.ts';

const everyKind = [
  'span = [{ name = "*" }]',
  'graph.must_include = [["*", "*"]]',
  'graph.must_not_cross = [["*", "x"]]',
  'graph.acyclic = true',
  'counts.spans_total.lte = 5',
  'counts.errors_total.eq = 0',
  'counts.events_total.eq = 0',
  'counts.by_name = { "*" = { lte = 5 } }',
  'window = [{ outer = "*", contains = ["*"] }]',
  'order.must_precede = [["a*", "*"]]',
  'order.must_follow = [["*", "a*"]]',
  'status.all = "ok"',
  'status.by_name = { "*" = "ok" }',
  'hermeticity.resource_attributes = { a = 1 }',
  'hermeticity.forbid_attributes = ["a"]',
  'hermeticity.no_external_services = true',
];

test.each(everyKind)('without a span of a program, `%s` is missed', (expectation) => {
  expect(missed(expectation, [])).toEqual([noSpanArrived]);
  expect(missed(expectation, [], [fakeSpan('checkout'), fakeSpan('ab', { parent: 'checkout' })])).toEqual([
    noSpanArrived,
  ]);
});

test('says what was expected, what came instead, and where it is written', () => {
  const expectations = expectedSpans(suiteWith({ scenario: 'expect.counts.spans_total.gte = 3' }));
  const source = { file: 'a.cleangrid.toml', line: 11, column: 15 };
  expect(evaluateSpans(expectations, { spans: [fakeSpan('a')], own: [] })).toEqual([
    { what: 'counts.spans_total', expected: 'number of spans ≥ 3', actual: '1', source },
  ]);
});

describe('a span', () => {
  const query = fakeSpan('db.query', {
    parent: 'checkout',
    kind: 'client',
    attributes: { 'db.system': 'redis', rows: 2, tags: ['a', 'b'] },
    events: [{ name: 'cache.miss', atUs: 1_500, attributes: {} }],
  });
  const checkout = fakeSpan('checkout');
  const spans = [checkout, query];

  test.each([
    'name = "db.query"',
    'name = "db.*", parent = "check*", kind = "client"',
    'name = "*", attributes = { all = { "db.system" = "redis", rows = 2, tags = ["a", "b"] }, any = { x = 1, rows = 2 } }',
    'name = "*", events = { all = ["cache.*"], any = ["x", "cache.miss"] }',
    'name = "*", duration = { gte = "1ms", lte = "1ms" }',
  ])('is found by %s', (wanted) => {
    expect(missed(`span = [{ ${wanted} }]`, spans)).toEqual([]);
  });

  test.each([
    ['name = "db.qurey"', 'no span named "db.qurey"; nearest: "db.query"'],
    ['name = "mail"', 'no span named "mail"; there are: "checkout", "db.query"'],
    ['name = "db.query", parent = "db.*"', 'name "db.query"\nparent "checkout"'],
    ['name = "checkout", parent = "*"', 'name "checkout"\nno parent'],
    ['name = "db.query", kind = "server"', 'name "db.query"\nkind client'],
    ['name = "db.query", attributes.all = { rows = "2" }', 'name "db.query"\nrows = 2'],
    ['name = "db.query", attributes.all = { toString = 1 }', 'name "db.query"\nno toString'],
    ['name = "db.query", attributes.all = { tags = ["b", "a"] }', 'name "db.query"\ntags = ["a","b"]'],
    ['name = "db.query", attributes.any = { rows = 3, x = 1 }', 'name "db.query"\nrows = 2, no x'],
    ['name = "db.query", events.all = ["x"]', 'name "db.query"\nevents "cache.miss"'],
    ['name = "checkout", events.any = ["x", "y"]', 'name "checkout"\nno event'],
    ['name = "db.query", duration = { lt = "1ms" }', 'name "db.query"\nduration 1ms'],
    [
      'name = "*", kind = "server", attributes.all = { rows = 2 }',
      'name "*"\nkind client\nrows = 2\n(the nearest of 2 spans of that name)',
    ],
  ])('is missed by %s', (wanted, actual) => {
    expect(missed(`span = [{ ${wanted} }]`, spans)).toEqual([actual]);
  });

  test('is shown beside what was wanted, to be read as a diff', () => {
    const expectations = expectedSpans(
      suiteWith({ scenario: 'expect.span = [{ name = "db.*", parent = "checkout", kind = "server" }]' }),
    );
    expect(evaluateSpans(expectations, { spans, own: [] })).toMatchObject([
      {
        what: 'span.nearest',
        expected: 'name "db.*"\nparent "checkout"\nkind server',
        actual: 'name "db.*"\nparent "checkout"\nkind client',
      },
    ]);
  });

  test('has no parent by a name alone: the id counts, in its own trace', () => {
    const elsewhere = fakeSpan('db.query', { parent: 'checkout', traceId: '1'.repeat(32) });
    expect(missed('span = [{ name = "db.query", parent = "checkout" }]', [checkout, elsewhere])).toEqual([
      'name "db.query"\na parent that did not arrive',
    ]);
  });
});

describe("cleangrid's own spans", () => {
  const own = [fakeSpan('scenario'), fakeSpan('step', { parent: 'scenario' })];
  const spans = [fakeSpan('app', { parent: 'step' })];

  test.each([
    'span = [{ name = "step" }]',
    'span = [{ name = "app", parent = "step" }]',
    'graph.must_include = [["step", "app"]]',
    'counts.by_name = { step = { eq = 1 }, "s*" = { eq = 0 } }',
    'counts.spans_total.eq = 1',
    'window = [{ outer = "scenario", contains = ["app"] }]',
    'order.must_precede = [["scenario", "app"]]',
    'status.by_name = { step = "ok" }',
  ])('count where they are named exactly: %s', (expectation) => {
    expect(missed(expectation, spans, own)).toEqual([]);
  });

  test.each([
    ['span = [{ name = "st?p" }]', 'no span named "st?p"; there are: "app"'],
    ['span = [{ name = "app", parent = "st*" }]', 'name "app"\nparent "step"'],
    ['graph.must_include = [["st*", "app"]]', 'no span named "st*"; there are: "app"'],
    ['counts.spans_total.eq = 3', '1'],
  ])('do not count elsewhere: %s', (expectation, actual) => {
    expect(missed(expectation, spans, own)).toEqual([actual]);
  });
});

test('does not ask what called our own spans: their parents are elsewhere', () => {
  const own = [fakeSpan('step', { parent: 'run' })];
  const spans = [fakeSpan('app', { parent: 'step' }), fakeSpan('b')];
  expect(missed('graph.must_not_cross = [["b", "app"]]', spans, own)).toEqual([]);
});

test('counts a span once that its exporter sent twice', () => {
  expect(missed('counts.spans_total.eq = 2', [fakeSpan('a'), fakeSpan('b'), fakeSpan('a')])).toEqual([]);
});

test.each([
  ['errors_total.eq = 1', [fakeSpan('a', { status: { code: 'error', message: '' } }), fakeSpan('b')], null],
  ['errors_total.gt = 0', [fakeSpan('a'), fakeSpan('b')], '0'],
  ['events_total.lt = 2', [fakeSpan('a', { events: [{ name: 'e', atUs: 1, attributes: {} }] })], null],
  ['events_total.gte = 1', [fakeSpan('a')], '0'],
  ['by_name = { "a?" = { eq = 2 } }', [fakeSpan('a1'), fakeSpan('a2'), fakeSpan('b')], null],
  ['by_name = { "a?" = { lt = 2 } }', [fakeSpan('a1'), fakeSpan('a2'), fakeSpan('b')], '2'],
  ['by_name = { x = { eq = 0 } }', [fakeSpan('a')], null],
])('counts.%s', (expectation, spans, actual) => {
  expect(missed(`counts.${expectation}`, spans)).toEqual(actual === null ? [] : [actual]);
});

describe('the graph', () => {
  const chain = [fakeSpan('a'), fakeSpan('b', { parent: 'a' }), fakeSpan('c', { parent: 'b' })];
  const lost = fakeSpan('d', { parent: 'nobody' });

  test.each<[string, Span[], string | null]>([
    ['must_include = [["a", "b"], ["b*", "c"]]', chain, null],
    ['must_include = [["a", "c"]]', chain, '"c" has the parent "b"'],
    ['must_include = [["a", "d"]]', [...chain, lost], '"d" has a parent that did not arrive'],
    ['must_include = [["b", "a"]]', chain, '"a" has no parent'],
    ['must_include = [["x", "c"]]', chain, 'no span named "x"; nearest: "a"'],
    ['must_not_cross = [["c", "a"], ["b", "x"]]', chain, null],
    ['must_not_cross = [["a", "b"]]', chain, '"b" is below "a"'],
    ['must_not_cross = [["a", "c"]]', chain, '"c" is below "a" › "b"'],
    ['must_not_cross = [["b", "d"]]', [...chain, fakeSpan('d', { parent: 'c' })], '"d" is below "b" › "c"'],
    [
      'must_not_cross = [["a", "e"]]',
      [...chain, fakeSpan('d', { parent: 'c' }), fakeSpan('e', { parent: 'd' })],
      '"e" is below "a" › … › "d"',
    ],
    [
      'must_not_cross = [["x", "y"]]',
      [fakeSpan('x', { parent: 'y' }), fakeSpan('y', { parent: 'x' })],
      '"y" is below "x"',
    ],
    ['must_not_cross = [["long", "a"]]', chain, 'no span named "long"; there are: "a", "b", "c"'],
    [
      'must_not_cross = [["a", "e"]]',
      [...chain, lost, fakeSpan('e', { parent: 'd' })],
      '"e" is below a span that did not arrive: what called it is not known',
    ],
    ['acyclic = true', [...chain, lost], null],
    [
      'acyclic = true',
      [fakeSpan('a'), fakeSpan('x', { parent: 'y' }), fakeSpan('y', { parent: 'x' })],
      '"x" is its own ancestor, or below such a span\n"y" is its own ancestor, or below such a span',
    ],
  ])('%s', (expectation, spans, actual) => {
    expect(missed(`graph.${expectation}`, spans)).toEqual(actual === null ? [] : [actual]);
  });
});

describe('a status', () => {
  const failed = fakeSpan('db.query', { status: { code: 'error', message: 'no table' } });
  const fine = fakeSpan('a', { status: { code: 'ok', message: '' } });

  test.each<[string, string | null]>([
    ['all = "ok"', '"db.query" has status error: "no table"'],
    ['all = "unset"', '"a" has status ok\n"db.query" has status error: "no table"'],
    ['by_name = { "db.*" = "error", a = "ok", b = "unset" }', null],
    ['by_name = { b = "ok" }', null],
    ['by_name = { "mail*" = "ok" }', 'no span named "mail*"; there are: "a", "b", "db.query"'],
  ])('%s', (expectation, actual) => {
    const spans = [fine, fakeSpan('b'), failed];
    expect(missed(`status.${expectation}`, spans)).toEqual(actual === null ? [] : [actual]);
  });
});

describe('hermeticity', () => {
  const calling = (attributes: Span['attributes'], kind: Span['kind'] = 'client'): Span[] => [
    fakeSpan('a', { attributes, kind, resource: { 'service.name': 'app' } }),
  ];

  test.each<[string, Span[], string | null]>([
    ['resource_attributes = { "service.name" = "app" }', calling({}), null],
    [
      'resource_attributes = { "service.name" = "web", x = 1 }',
      calling({}),
      '"a" comes from a resource with service.name = "app", no x',
    ],
    ['forbid_attributes = ["x"]', calling({ y: 1 }), null],
    ['forbid_attributes = ["y"]', calling({ y: 1 }), '"a" has y = 1'],
    ['no_external_services = true', calling({ 'server.address': 'db' }), null],
    ['no_external_services = true', calling({ 'net.peer.name': '127.0.0.1' }), null],
    ['no_external_services = true', calling({ 'server.address': '::1' }), null],
    ['no_external_services = true', calling({ 'server.address': 'app.localhost' }), null],
    ['no_external_services = true', calling({ 'server.address': '/run/postgres' }), null],
    ['no_external_services = true', calling({ 'server.address': 'shop.example' }, 'server'), null],
    [
      'no_external_services = true',
      calling({ 'server.address': 'db', 'net.peer.name': 'api.example' }, 'internal'),
      '"a" called net.peer.name = "api.example"',
    ],
    [
      'no_external_services = true',
      calling({ 'server.address': 'notlocalhost' }),
      '"a" called server.address = "notlocalhost"',
    ],
  ])('%s of %j', (expectation, spans, actual) => {
    expect(missed(`hermeticity.${expectation}`, spans)).toEqual(actual === null ? [] : [actual]);
  });
});

test('lists the first of many and counts the rest', () => {
  const spans = Array.from({ length: spansListedMax + 3 }, (_, index) => fakeSpan(`s${index}`));
  const lines = missed('status.all = "error"', spans).join().split('\n');
  expect(lines.length).toBe(spansListedMax + 1);
  expect(lines.at(-1)).toBe('… and 3 more');
  expect(missed('span = [{ name = "something else" }]', spans).join()).toMatch(
    /^no span .*, "s\d+" and 3 more$/u,
  );
});

test('is not held up by a long chain of spans', () => {
  const spans = Array.from({ length: 20_000 }, (_, index) =>
    fakeSpan(`s${index}`, { parent: `s${index + 1}` }),
  );
  expect(missed('graph = { acyclic = true, must_not_cross = [["s19999", "s19999"]] }', spans)).toHaveLength(
    1,
  );
  expect(missed('order.must_precede = [["s19999", "s1*"]]', spans)).toHaveLength(1);
});
