import { expect, test } from 'vitest';
import { describeSpanExpectation } from '../trace/describe-span-expectation.ts';
import { expectedSpans, suiteWith } from './compile-text.ts';

const scenario = `
[[scenario.expect.span]]
name = "\${vars.name}.*"
parent = "checkout"
kind = "server"
attributes = { all = { "http.status_code" = 200, list = [1, "a", true] }, any = { a = 1.5, b = false } }
events = { all = ["cache.miss"], any = ["x", "y*"] }
duration = { lt = "200ms", gte = "1ms" }
[scenario.expect.graph]
must_include = [["checkout", "db.query"]]
must_not_cross = [["checkout", "admin.*"]]
acyclic = true
[scenario.expect.counts]
spans_total = { gte = 3 }
errors_total = { eq = 0 }
events_total = { lte = 100 }
by_name = { "db.*" = { gt = 0, lt = 9 } }
[[scenario.expect.window]]
outer = "checkout"
contains = ["db.query", "db.connect"]
[scenario.expect.order]
must_precede = [["db.connect", "db.query"]]
must_follow = [["mail.send", "db.query"]]
[scenario.expect.status]
all = "ok"
by_name = { "db.*" = "unset" }
[scenario.expect.hermeticity]
no_external_services = true
resource_attributes = { "service.name" = "app" }
forbid_attributes = ["net.peer.name", "x"]
`;

const suite = suiteWith({ top: 'vars.name = "http"\nexpect.status.by_name = { "*" = "ok" }', scenario });

test('reads every expectation, those of the suite first', () => {
  expect(expectedSpans(suite).map(describeSpanExpectation)).toEqual([
    'status ok of every span "*"',
    'a span with name "http.*", parent "checkout", kind server, http.status_code = 200, list = [1,"a",true], a = 1.5 or b = false, event "cache.miss", event "x" or event "y*", duration < 200ms, duration ≥ 1ms',
    'a span "db.query" whose parent is a span "checkout"',
    'no span "admin.*" below a span "checkout"',
    'no span that is its own ancestor',
    'number of spans ≥ 3',
    'number of spans with status error = 0',
    'number of events ≤ 100',
    'number of spans "db.*" < 9 and > 0',
    'every span "db.query" within the time of a span "checkout"',
    'every span "db.connect" within the time of a span "checkout"',
    'a span "db.connect" before every span "db.query"',
    'a span "db.query" before every span "mail.send"',
    'status ok of every span',
    'status unset of every span "db.*"',
    'no call to a host other than db, the loopback',
    'every span from a resource with service.name = "app"',
    'no span with the attribute net.peer.name',
    'no span with the attribute x',
  ]);
});

test('remembers where each one is written', () => {
  const lines = suite.split('\n');
  const written = expectedSpans(suite).map(({ source }) => lines[source.line - 1]?.slice(source.column - 1));
  expect(written.map((rest) => rest?.slice(0, 12))).toEqual([
    '"ok" }',
    'scenario.exp',
    '["checkout",',
    '["checkout",',
    'true',
    '{ gte = 3 }',
    '{ eq = 0 }',
    '{ lte = 100 ',
    '{ gt = 0, lt',
    '"db.query", ',
    '"db.connect"',
    '["db.connect',
    '["mail.send"',
    '"ok"',
    '"unset" }',
    'true',
    '{ "service.n',
    '"net.peer.na',
    '"x"]',
  ]);
});

test('leaves possible what only looks impossible', () => {
  const possible = `
[scenario.expect]
counts = { spans_total = { eq = 1 }, errors_total = { eq = 0 }, by_name = { own = { eq = 2 } } }
graph = { must_include = [["a*", "b"]], must_not_cross = [["a", "b"]] }
order = { must_precede = [["a", "b"], ["a", "c"], ["b", "c"]], must_follow = [["c", "a"]] }
status = { all = "ok", by_name = { "a*" = "unset", own = "error" } }
`;
  expect(expectedSpans(suiteWith({ scenario: possible }))).toHaveLength(12);
});

test('expects nothing of a scenario whose suite says nothing', () => {
  expect(() => expectedSpans(suiteWith({}))).toThrow('no expectation on spans: []');
});
