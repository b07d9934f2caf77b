import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { suiteFileBytesMax } from '../limits.ts';
import { compileText, suiteWith } from './compile-text.ts';
import { problemMeanings } from './problem.ts';
import { type ProblemCase, unmark } from './problem-case.ts';
import { serviceProblemCases } from './service-problem-cases.ts';
import { spanProblemCases } from './span-problem-cases.ts';

const yaml = { file: 'a.cleangrid.yaml' };
const top = (text: string): string => suiteWith({ top: text });
const service = (text: string): string => suiteWith({ service: text });
const scenario = (text: string): string => suiteWith({ scenario: text });
const step = (text: string): string => suiteWith({ step: text });
/** A step that does something, and is about something else. */
const also = (text: string): string => step(`run = "true"\n${text}`);
const bare = (scenarios: string): string => `[suite]\nname = "s"\n${scenarios}`;

const inYaml = 'suite: { name: s }\nscenario: [{ name: c, image: i, steps: [{ run: x }] }]';

const cases: ProblemCase[] = [
  ['a = <CG1001>\n', 'not TOML: unspecified values are invalid'],
  ['a: <CG1001>b: c', 'not YAML: nested mappings are not allowed', yaml],
  [also('<CG1002>run = "x"'), '`run` is written twice'],
  [`<CG1003>${'#'.repeat(suiteFileBytesMax + 1)}`, 'more than 16 MiB'],
  [`<CG1003>a = ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nests too deeply'],
  [`<CG1003>a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nests too deeply', yaml],
  [also(`expect.stdout.json = { "$" = ${'['.repeat(65)}<CG1003>1${']'.repeat(65)} }`), 'deeper than 64'],
  ['<CG1004>', '`suite.json` is neither TOML nor YAML', { file: 'suite.json' }],
  [inYaml.replace('x }', 'x, env: <CG1005>*b }'), 'no anchor `b`', yaml],

  [top('<CG1101>nonsense = 1'), 'a suite file has no key `nonsense`'],
  [also('<CG1101>tiemout = "5s"'), 'a step has no key `tiemout`'],
  [scenario('<CG1101>depends_on = ["b"]'), 'a scenario has no key `depends_on`'],
  [top('[<CG1102>matrix]'), '`matrix` is not supported yet'],
  [service('<CG1102>policy = {}'), '`policy` is not supported yet'],
  [step('run = "echo <CG1102>${secrets.x}"'), '`${secrets.x}` is not supported yet'],
  [step('command = ["<CG1102>${item}"]'), '`${item}` is not supported yet'],
  [scenario('tags = <CG1103>"smoke"'), 'tags is a list of strings, not a string'],
  [also('workdir = <CG1103>5'), 'expected a string in quotes, not an integer'],
  [service('env = { A = <CG1103>1.50 }'), 'expected a string in quotes, not a number'],
  [also('expect.stdout = <CG1103>"x"'), 'an expected output is a table of keys and values, not a string'],
  [also('stdin = <CG1103>2026-01-01'), 'expected a string in quotes, not a date'],
  [service('ready = [{ health = <CG1103>false }]'), 'expected `true`'],
  ['<CG1103>[]', 'a suite file is a mapping', yaml],
  [service('[<CG1104>services.web]'), 'a service needs `image`'],
  ['<CG1104>scenario = [{ name = "a", image = "i", steps = [{ run = "x" }] }]', 'a suite file needs `suite`'],
  [`<CG1105>${bare('')}`, 'this suite has no scenario'],
  [bare('[[<CG1105>scenario]]\nname = "a"'), 'a scenario without steps'],
  [step('run = <CG1105>" "'), 'no command in this script'],
  [step('command = <CG1105>[]'), 'a command needs a program'],
  [also('name = <CG1105>" "'), 'a name must not be empty'],
  [also('expect.stdout = <CG1105>{}'), 'this expects nothing'],
  [also('expect.stdout.contains = <CG1105>""'), 'this must not be empty'],
  [also('expect.stdout.contains = <CG1105>[]'), 'an empty list expects nothing'],
  [step('').replace('[[scenario.steps', '[[<CG1106>scenario.steps'), 'a step needs `run` or `command`'],
  [
    suiteWith({
      scenario: 'order = "independent"',
      step: 'run = "x"\nexpect.processes = <CG1106>"keep"',
    }),
    'none of them would meet what this one keeps',
  ],
  [
    also('merge_output = <CG1106>true\nexpect.stderr.empty = true'),
    'what is written to stderr arrives in stdout',
  ],
  [
    also('merge_output = <CG1106>true\ncapture = { a = { stderr = "x" } }'),
    'what is written to stderr arrives in stdout',
  ],
  [
    also('command = ["x"]').replace('[[scenario.steps', '[[<CG1106>scenario.steps'),
    'a step has `run` or `command`',
  ],
  [service('ready = [<CG1106>{ port = 1, health = true }]'), 'a ready probe is exactly one of'],
  [also('capture = { x = <CG1106>{} }'), 'a capture is exactly one of'],

  [also('timeout = <CG1201>"5"'), '`5` is no duration'],
  [also('timeout = <CG1201>5'), '`5` is no duration'],
  [also('timeout = <CG1201>0'), '`0` is no duration'],
  [also('timeout = <CG1201>1.5'), '`1.5` is no duration'],
  [service('limits.memory = <CG1201>1024'), '`1024` is no size'],
  [service('limits = { memory = <CG1201>"256m" }'), '`256m` is no size'],
  [scenario('retries = <CG1202>11'), '11 is not between 0 and 10'],
  [also('timeout = <CG1202>"0s"'), 'longer than nothing'],
  [also('timeout = <CG1202>"25h"'), 'longer than a day'],
  [service('limits = { memory = <CG1202>"1MiB" }'), 'at least 6MiB'],
  [service('limits = { cpus = <CG1202>0 }'), 'not between 0.01'],
  [service('ready = [{ port = <CG1202>65536 }]'), 'not between 1 and 65535'],
  [also('expect.exit = <CG1202>256'), 'not between 0 and 255'],
  [also('expect.stdout.json = { "$" = <CG1202>9007199254740993 }'), 'cannot be held exactly'],
  [scenario('order = <CG1203>"parallel"'), '`parallel` is not one of `sequential`, `independent`'],
  [service('env = { <CG1204>"A=B" = "x" }'), '`A=B` cannot name an environment variable'],
  [service('env = { <CG1204>"" = "x" }'), 'must not be empty'],
  [also('env = { <CG1204>cleangrid_x = "x" }'), 'are ours'],
  [top('vars = { <CG1204>"a b" = 1 }'), '`a b` cannot be referred to'],
  [service('[services.<CG1204>Web]\nimage = "i"'), '`Web` cannot be a host name'],
  [scenario('tags = [<CG1204>"!slow"]'), '`!slow` cannot be a tag'],
  [also('name = <CG1204>"a\\nb"'), 'a name is one line'],
  [also('user = <CG1204>"a b"'), 'a user is a name'],
  [step('run = <CG1205>"a\\u0000b"'), 'NUL'],
  [inYaml.replace('name: s ', 'name: <CG1205>"\\ud800" '), 'half a character', yaml],
  [service('mounts = [{ source = <CG1206>"../x", target = "/x" }]'), '`../x` leaves the workspace'],
  [service('mounts = [{ source = ".", target = <CG1206>"etc" }]'), '`etc` is not an absolute path'],
  [service('mounts = [{ source = ".", target = <CG1206>"/" }]'), 'nothing can be mounted on `/`'],
  [service('tmpfs = [<CG1206>"/a/../b"]'), '`/a/../b` is not an absolute path'],
  [service('ready = [{ http = { port = 1, path = <CG1206>"a b" } }]'), 'not the path of a URL'],
  [also('workdir = <CG1206>"src"'), 'workdir is an absolute path'],
  [also('stdin = { file = <CG1206>"/etc/passwd" }'), '`/etc/passwd` leaves the workspace'],
  [also('stdin = { file = <CG1206>"C:\\\\x" }'), 'leaves the workspace'],
  [top('workspace.include = [<CG1206>"../**"]'), '`../**` leaves the workspace'],
  [top('workspace.include = [<CG1206>"!a"]'), 'a pattern cannot be negated'],
  [
    scenario('[[scenario.setup]]\nrun = "x"').replace('"debian:12-slim"', '<CG1207>"Debian 12"'),
    '`Debian 12` is not the name',
  ],

  [step('run = "echo <CG1301>${vars.usr}"'), 'no value `${vars.usr}`'],
  [step('command = ["echo", "<CG1301>${HOME}"]'), 'no value `${HOME}`'],
  [step('command = ["a", "<CG1301>${x.y}", "<CG1301>${x.y}"]'), 'no value `${x.y}`'],
  [step('run = "<CG1301>${services.db.hots}"'), 'no value `${services.db.hots}`'],
  [also('in = <CG1302>"dbb"'), 'no service `dbb`'],
  [scenario('').replace('["db"]', '["db", <CG1302>"dbb"]'), 'no service `dbb`'],
  [step('run = "<CG1302>${services.dbb.host}"'), 'no service `dbb`'],
  [step('run = "echo <CG1303>${captures.x}"\ncapture.x.exit = true'), 'no earlier step captures it'],
  [scenario('env = { A = "<CG1303>${captures.x}" }'), 'no earlier step captures it'],
  [service('env = { A = "<CG1304>${services.db.host}" }'), 'not known yet'],
  [service('env = { A = "<CG1304>${captures.x}" }'), 'no value outside a scenario'],
  [top('vars.a = <CG1304>"${vars.b}"'), 'a variable cannot refer to another'],
  [also('user = "<CG1304>${services.db.host}"'), 'not known yet'],
  [
    suiteWith({
      scenario: 'order = "independent"',
      step: 'run = "x"\ncapture = <CG1304>{ x = { exit = true } }',
    }),
    'share no captures',
  ],
  [
    suiteWith({ scenario: 'order = "independent"', step: 'run = "<CG1304>${captures.x}"' }),
    'share no captures',
  ],
  [step(`run = "echo '<CG1305>\${vars.x}'"`), 'does not expand `${vars.x}` in single quotes'],
  [step(`run = "cat <<'E'\\n<CG1305>\${vars.x}\\nE"`), 'in a quoted here-document'],
  [step('run = "echo <CG1306>${vars.x:-1}"'), 'neither a reference'],
  [step('command = ["<CG1306>${vars.x"]'), 'is not a reference'],
  [
    `${also('')}\n${bare('[[scenario]]\nsteps = [{ run = "x" }]\nimage = "i"\nname = <CG1307>"c"').slice(19)}`,
    'two scenarios of this file have the name `c`',
  ],
  [
    service('mounts = <CG1307>[{ source = ".", target = "/x" }, { source = ".", target = "/x" }]'),
    'two mounts have the target `/x`',
  ],
  ['<CG1308>', 'no suite declares the variable `usr`', { vars: { usr: 'x' } }],
  [
    also('').replace('image = "debian:12-slim"', '').replace('[[scenario.steps', '[[<CG1309>scenario.steps'),
    'no place to run in',
  ],
  [
    scenario('').replace('services = ["db"]', '').replace('services.db', 'services.<CG1310>db'),
    'no scenario uses the service `db`',
  ],

  [also('expect.stdout.matches = <CG1401>"("'), 'not a regular expression'],
  [service('ready = [{ log = <CG1401>"[" }]'), 'not a regular expression'],
  [also('capture.x.stdout = <CG1401>"\\\\Q"'), 'not a regular expression'],
  [also('capture.x.json = <CG1402>"id"'), '`id` is no path into JSON'],
  [also('expect.stdout.json = <CG1402>{ "$.a..b" = 1 }'), 'no path into JSON'],
  [
    also('expect.stdout = <CG1403>{ equals = "x", empty = true }'),
    'no output meets both `equals` and `empty`',
  ],
  [
    also('expect.stdout = <CG1403>{ equals = "x", contains = "y" }'),
    'no output meets both `equals` and `contains`',
  ],
  [also('expect.stdout = <CG1403>{ lines = ["x"], equals = "y" }'), 'no output meets both'],
  [
    also('expect.stdout = <CG1403>{ contains = "ab", not_contains = "b" }'),
    'both `contains` and `not_contains`',
  ],
  [also('expect.stdout = <CG1403>{ contains = "ab", empty = true }'), 'no output meets both'],
  [also('expect.stdout = <CG1403>{ json = { "$" = 1 }, empty = true }'), 'no output meets both'],
  [also('expect.duration = <CG1403>{ lt = "1s", gt = "999ms" }'), 'no duration is both'],
  [also('timeout = "1s"\nexpect = <CG1403>{ duration = { gte = "1s" } }'), 'has met its timeout, 1s'],
  [also('expect.exit = <CG1404>"none"'), 'not an expectation of an exit'],
  [also('expect.exit = <CG1404>{ not = 0, signal = "SIGTERM" }'), 'not an expectation of an exit'],
  [also('expect.exit = { signal = <CG1404>"SIGTREM" }'), 'no signal `SIGTREM`'],

  [also('stdin = { file = <CG1501>"in.json" }'), 'the workspace has no `in.json`'],
  [also('stdin = { file = <CG1206>"sql" }'), '`sql` is a folder', { workspace: ['sql/a.sql'] }],
  [
    service('mounts = [{ source = <CG1206>"a.cleangrid.toml", target = "/x", read_only = true }]'),
    'only a folder can be mounted read-only',
  ],
  [
    service('mounts = [{ source = <CG1501>"sqll", target = "/x" }]'),
    'no `sqll`',
    { workspace: ['sql/a.sql'] },
  ],
  [top('[<CG1502>workspace]'), 'match no file', { workspace: [] }],

  ...serviceProblemCases,
  ...spanProblemCases,
];

const found = cases.map(([marked, message, options]) => ({ ...unmark(marked), message, options }));

test.each(found)('finds $found: $message', ({ text, found, message, options }) => {
  const { plan, problems } = compileText(text === '' ? suiteWith({}) : text, options);
  expect(problems.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(found);
  expect(problems[0]?.message).toContain(message);
  expect(plan === null).toBe(problems[0]?.severity === 'error');
});

describe('the table of codes', () => {
  const codes = Object.keys(problemMeanings);

  test('has a suite for every code that produces it', () => {
    const produced = found.flatMap((one) => one.found.map((place) => place.slice(0, 6)));
    expect([...new Set(produced)].sort()).toEqual(codes);
  });

  test('is what docs/problems.md says', () => {
    const document = readFileSync(new URL('../../../docs/problems.md', import.meta.url), 'utf8');
    const rows = document.matchAll(/^\| `(CG\d{4})` \| (.+?) \| (.+) \|$/gmu);
    const documented = [...rows].map(([, code, meaning]) => [code, meaning]);
    expect(documented).toEqual(Object.entries(problemMeanings));
  });
});

test('repeats what users wrote without control characters, and not at any length', () => {
  const { problems } = compileText(top(`"a\\u001b[31m\\n" = 1\n${'x'.repeat(1000)} = 1`));
  expect(problems.map(({ message }) => message)).toEqual([
    'a suite file has no key `a\\u{1b}[31m\\u{a}`',
    `a suite file has no key \`${'x'.repeat(57)}…\``,
  ]);
});
