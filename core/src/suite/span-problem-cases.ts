/** For tests: what can be wrong with what is expected of spans. */

import { suiteWith } from './compile-text.ts';
import type { ProblemCase } from './problem-case.ts';

const scenario = (text: string): string => suiteWith({ scenario: text });
const expecting = (text: string): string => scenario(`expect.${text}`);
const span = (text: string): string => expecting(`span = [{ name = "a", ${text} }]`);
const impossible = (text: string): string => scenario(`expect = <CG1403>{ ${text} }`);
const counts = (text: string): string => impossible(`counts = { ${text} }`);

export const spanProblemCases: readonly ProblemCase[] = [
  [scenario('expect = { status.all = "ok", <CG1101>exit = 0 }'), 'expect of spans has no key `exit`'],
  [scenario('expect = { status.all = "ok", <CG1101>spans = [] }'), 'has no key `spans`'],
  [suiteWith({ step: 'run = "x"\nexpect.<CG1101>span = []' }), 'expect has no key `span`'],
  [span('<CG1101>knid = "server"'), 'an expected span has no key `knid`'],
  [span('kind = <CG1203>"sever"'), '`sever` is not one of `internal`, `server`'],
  [span('duration = <CG1105>{}'), 'this expects nothing'],
  [span('duration = <CG1403>{ lt = "1s", gt = "1s" }'), 'no duration is both'],
  [span('attributes = <CG1105>{ all = {} }'), 'this expects nothing'],
  [span('events = <CG1105>{ any = [] }'), 'this expects nothing'],
  [span('attributes.all = { a = <CG1103>2026-01-01 }'), 'a boolean or a list of them, not a date'],
  [span('attributes.all = { a = [1, <CG1103>[2]] }'), 'a boolean or a list of them, not a list'],
  [span('attributes.all = { <CG1103>http.route = "/" }'), 'a list of them, not a table'],
  [span('attributes.all = { <CG1204>"" = 1 }'), 'must not be empty'],
  [expecting('span = [<CG1104>{ kind = "server" }]'), 'an expected span needs `name`'],
  [expecting('span = [{ name = <CG1105>"" }]'), 'this must not be empty'],
  [expecting('span = <CG1103>{ name = "a" }'), 'span is a list of tables: [[expect.span]]'],
  [scenario('expect = <CG1105>{}'), 'this expects nothing'],
  [expecting('graph = <CG1105>{}'), 'this expects nothing'],
  [expecting('graph.acyclic = <CG1103>false'), 'expected `true`'],
  [expecting('graph.must_include = [<CG1103>["a"]]'), 'expected two names'],
  [expecting('graph = <CG1105>{ must_include = [] }'), 'this expects nothing'],
  [expecting('counts.spans_total = <CG1103>3'), 'an expected number is a table'],
  [expecting('counts.spans_total = <CG1105>{}'), 'this expects nothing'],
  [expecting('counts.spans_total.gte = <CG1202>-1'), '-1 is not between 0 and'],
  [expecting('counts.by_name = { <CG1204>"" = { eq = 1 } }'), 'must not be empty'],
  [expecting('window = [<CG1104>{ outer = "a" }]'), 'a window needs `contains`'],
  [expecting('window = [{ outer = "a", contains = <CG1105>[] }]'), 'this expects nothing'],
  [expecting('status.all = <CG1203>"OK"'), '`OK` is not one of `unset`, `ok`, `error`'],
  [expecting('status.by_name = { <CG1204>"" = "ok" }'), 'must not be empty'],
  [expecting('hermeticity.no_external_services = <CG1103>"yes"'), 'expected `true`'],
  [expecting('hermeticity.forbid_attributes = [<CG1105>""]'), 'this must not be empty'],

  [counts('spans_total = { gte = 3, lte = 2 }'), '`spans_total` cannot be ≤ 2 and ≥ 3'],
  [counts('events_total = { gt = 2, lt = 3 }'), '`events_total` cannot be < 3 and > 2'],
  [counts('by_name = { a = { eq = 1, gt = 1 } }'), 'the number of spans "a" cannot be = 1 and > 1'],
  [counts('spans_total = { eq = 0 }'), 'without spans nothing passes'],
  [counts('spans_total = { lt = 3 }, by_name = { "a*" = { gte = 3 } }'), 'more than `spans_total` allows'],
  [counts('spans_total = { lt = 3 }, errors_total = { gt = 2 }'), 'more than `spans_total` allows'],
  [
    suiteWith({
      top: 'expect.counts.spans_total.lte = 2',
      scenario: 'expect = <CG1403>{ counts = { spans_total = { gte = 3 } } }',
    }),
    '`spans_total` cannot be',
  ],
  [impossible('order = { must_precede = [["a", "a"]] }'), 'no order is "a" before "a"'],
  [
    impossible('order = { must_precede = [["x", "a"], ["a", "b"], ["b", "c"]], must_follow = [["a", "c"]] }'),
    'no order is "a" before "b" before "c" before "a"',
  ],
  [
    impossible('graph = { must_include = [["a*", "b"]], must_not_cross = [["a*", "*"]] }'),
    '`must_include` needs what `must_not_cross` forbids: ["a*","b"]',
  ],
  [
    impossible('graph = { must_include = [["a", "admin.x"]], must_not_cross = [["a", "admin.*"]] }'),
    '`must_include` needs what `must_not_cross` forbids: ["a","admin.x"]',
  ],
  [
    impossible('status = { all = "ok", by_name = { "a*" = "error" } }'),
    'both the status ok and the status error',
  ],
  [impossible('status.all = "unset", counts.errors_total.gte = 1'), '`errors_total` needs an error'],
  [
    impossible('status.by_name = { "*" = "error" }, counts.errors_total.eq = 0'),
    '`errors_total` allows no error',
  ],

  [
    scenario('order = <CG1405>"independent"\nexpect.status.all = "ok"'),
    'steps of an `independent` scenario run apart',
  ],
  [
    suiteWith({ top: 'expect.status.all = "ok"', scenario: 'order = <CG1405>"independent"' }),
    'steps of an `independent` scenario run apart',
  ],
];
