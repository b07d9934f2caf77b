import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileText, plannedScenario, plannedStep, suiteWith } from './compile-text.ts';
import { readSuites } from './read-suites.ts';
import { planSuites } from './plan-suites.ts';
import { id, type Sha256 } from '../ids.ts';

/** Properties do much; a busy machine does it slowly. */
const propertyMsMax = 60_000;

const text = suiteWith({});

test('plans the suites of all files in their order, each with its workspace', () => {
  const files = ['b/b.cleangrid.toml', 'a.cleangrid.toml'].map((path) => ({ path, text }));
  const read = readSuites(files, {});
  expect(read.suites.map(({ root }) => root)).toEqual(['b', '.']);
  const hashes = ['1', '2'].map((digit) => id<Sha256>(digit.repeat(64)));
  const { plan } = planSuites(
    read,
    hashes.map((sha256) => ({ manifest: { files: [] }, sha256 })),
  );
  expect(plan?.suites.map(({ file, workspace }) => [file, workspace])).toEqual([
    ['b/b.cleangrid.toml', hashes[0]],
    ['a.cleangrid.toml', hashes[1]],
  ]);
  expect(plan?.scenarios.map((scenario) => [scenario.suite, scenario.id])).toEqual([
    [0, 'b/b.cleangrid.toml::c'],
    [1, 'a.cleangrid.toml::c'],
  ]);
});

test('reports the problems of every file, of both stages, and plans nothing', () => {
  const files = [
    { path: 'one.cleangrid.toml', text: 'a = ' },
    {
      path: 'two.cleangrid.toml',
      text: suiteWith({ step: 'run = "x"\nstdin = { file = "gone" }\ntimeout = "5"' }),
    },
    { path: 'three.cleangrid.toml', text },
  ];
  const read = readSuites(files, { unknown: 'x' });
  expect(read.suites.map(({ source, content }) => [source.file, content !== null])).toEqual([
    ['two.cleangrid.toml', false],
    ['three.cleangrid.toml', true],
  ]);
  const workspace = { manifest: { files: [] }, sha256: id<Sha256>('0') };
  const { plan, problems } = planSuites(read, [workspace, workspace]);
  expect(plan).toBeNull();
  // Which variables the first file declares is not known, so that none is called unknown.
  expect(problems.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
    'CG1001 one.cleangrid.toml:1',
    'CG1501 two.cleangrid.toml:14',
    'CG1201 two.cleangrid.toml:15',
  ]);
});

test('a --var replaces what is declared, in every suite that declares it', () => {
  const suite = suiteWith({
    top: 'vars = { user = "alice", full = true, n = 3 }',
    step: 'command = ["x", "${vars.user} ${vars.full} ${vars.n}"]',
  });
  expect(plannedStep(suite).command).toEqual({ kind: 'argv', argv: [['x'], ['alice true 3']] });
  const vars = { user: '${vars.n} $${x} "\n' };
  expect(plannedStep(suite, { vars }).command).toEqual({
    kind: 'argv',
    argv: [['x'], ['${vars.n} $${x} "\n true 3']],
  });
});

test('a value stays a value, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const suite = suiteWith({
        top: 'vars.v = ""',
        step: 'run = "x"\nstdin = "<${vars.v}> $${vars.v}"\nexpect.stdout.equals = "${vars.v}"',
      });
      const { stdin, expect: expected } = plannedStep(suite, { vars: { v: value } });
      expect(stdin).toEqual({ kind: 'text', text: [`<${value}> \${vars.v}`] });
      expect(expected.stdout).toMatchObject([{ kind: 'equals', text: value }]);
    }),
  );
});

test('captures and hosts stay open until the scenario runs', () => {
  const suite = suiteWith({
    scenario:
      'env = { URL = "http://${services.db.host}:1" }\n[[scenario.setup]]\nrun = "x"\ncapture.a.json = "$.a"',
    step: 'run = "test ${captures.a} ${services.db.host}"\nenv = { A = "${captures.a}", URL = "" }\nworkdir = "/${captures.a}/x"',
  });
  const [, step] = plannedScenario(suite).steps;
  const host = { kind: 'service', service: 'db', fact: 'host' };
  const capture = { kind: 'capture', name: 'a' };
  expect(step?.command).toEqual({
    kind: 'shell',
    script: 'test ${cleangrid_captures_a} ${cleangrid_services_db_host}',
    variables: { cleangrid_captures_a: [capture], cleangrid_services_db_host: [host] },
  });
  expect(step?.env).toEqual({ URL: [''], A: [capture] });
  expect(step?.workdir).toEqual(['/', capture, '/x']);
  expect(plannedScenario(suite).steps[0]?.env).toEqual({ URL: ['http://', host, ':1'] });
});

test('a scenario uses the services it lists, its steps name, and its values refer to', () => {
  const suite = suiteWith({
    service: '[services.web]\nimage = "i"\n[services.cache]\nimage = "i"\n[services.other]\nimage = "i"',
    step: 'in = "web"\nrun = "${services.cache.host}"',
  });
  expect(plannedScenario(suite).services).toEqual(['cache', 'db', 'web']);
  expect(compileText(suite).problems).toMatchObject([{ code: 'CG1310', severity: 'warning' }]);
});

test('steps are named by their phase and place, and without a name by their command', () => {
  const suite = suiteWith({
    scenario:
      '[[scenario.teardown]]\ncommand = ["rm", "-r", "${services.db.host}"]\n[[scenario.setup]]\nrun = "\\n  make ${x}\\nmore"',
    step: `name = "named"\nrun = "x"\n[[scenario.steps]]\nrun = "${'y'.repeat(200)}"`,
  });
  expect(plannedScenario(suite).steps.map((step) => [step.id, step.phase, step.name])).toEqual([
    ['setup.0', 'setup', 'make ${x}'],
    ['steps.0', 'steps', 'named'],
    ['steps.1', 'steps', `${'y'.repeat(59)}…`],
    ['teardown.0', 'teardown', 'rm -r ${services.db.host}'],
  ]);
});

test('what nobody wrote has its default', () => {
  expect(plannedStep(text)).toMatchObject({
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 300_000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'codes', codes: [0], source: null }, stdout: [], stderr: [], duration: [] },
  });
});

test('an expectation remembers where its value was written', () => {
  const suite = suiteWith({
    step: 'run = "x"\n[scenario.steps.expect]\nexit = 1\nstdout = { contains = ["a",\n  "b"] }',
  });
  const { expect: expected } = plannedStep(suite, { file: 'f.toml' });
  expect(expected.exit.source).toEqual({ file: 'f.toml', line: 15, column: 8 });
  expect(expected.stdout.map(({ source }) => source)).toEqual([
    { file: 'f.toml', line: 16, column: 23 },
    { file: 'f.toml', line: 16, column: 23 },
  ]);
});

test('names that mean something to JavaScript are names', () => {
  const step = plannedStep(suiteWith({ step: 'run = "x"\nenv = { __proto__ = "p", constructor = "c" }' }));
  expect(Object.entries(step.env)).toEqual([
    ['__proto__', ['p']],
    ['constructor', ['c']],
  ]);
  expect(compileText(suiteWith({ top: '__proto__ = 1\nconstructor = 1' })).problems).toHaveLength(2);
});

test(
  'never throws, whatever a suite says',
  () => {
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          null,
          true,
          0,
          -1,
          1.5,
          '',
          'db',
          '5s',
          '${vars.x}',
          '${',
          '$${',
          '(',
          '/',
          '..',
          'a\0',
          '${services.db.host}',
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'name',
            'suite',
            'services',
            'db',
            'image',
            'scenario',
            'steps',
            'setup',
            'run',
            'in',
            'command',
            'env',
            'expect',
            'stdout',
            'json',
            '$.a',
            'capture',
            'exit',
            'duration',
            'lt',
            'ready',
            'http',
            'port',
            'mounts',
            'limits',
            'vars',
            'x',
            'workspace',
            'stdin',
            'file',
            'order',
            '__proto__',
          ),
          tie('value'),
          { maxKeys: 6 },
        ),
      ),
    }));
    fc.assert(
      fc.property(values.value, (value) => {
        const { plan, problems } = compileText(JSON.stringify(value), { file: 'a.yaml' });
        expect(plan !== null || problems.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  },
  propertyMsMax,
);

test('thousands of steps are one plan', () => {
  const steps = Array.from({ length: 5000 }, (_, index) => `[[scenario.steps]]\nrun = "echo ${index}"`);
  expect(plannedScenario(suiteWith({ step: `run = "x"\n${steps.join('\n')}` })).steps).toHaveLength(5001);
});
