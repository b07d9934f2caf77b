import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Handlers } from './handlers.ts';
import { buildProgram } from './program.ts';

interface Called {
  command: keyof Handlers;
  given: unknown[];
}

interface Parsed {
  called: Called[];
  codes: number[];
  out: string;
  err: string;
  /** Of the error that the parser ended with. */
  failure: string | null;
}

function program(parsed: Parsed): Command {
  const record =
    (command: keyof Handlers) =>
    async (...given: unknown[]): Promise<number> => {
      parsed.called.push({ command, given });
      return 7;
    };
  const handlers = {
    run: record('run'),
    validate: record('validate'),
    plan: record('plan'),
    runs: record('runs'),
    show: record('show'),
    logs: record('logs'),
    shell: record('shell'),
    trace: record('trace'),
    spans: record('spans'),
    diff: record('diff'),
    redGreen: record('redGreen'),
    record: record('record'),
    repro: record('repro'),
    watch: record('watch'),
    cancel: record('cancel'),
    status: record('status'),
    coordinator: record('coordinator'),
    agent: record('agent'),
    pool: record('pool'),
    poolRemove: record('poolRemove'),
    lease: record('lease'),
    leaseList: record('leaseList'),
    leaseRenew: record('leaseRenew'),
    leaseRemove: record('leaseRemove'),
    doctor: record('doctor'),
  };
  const output = {
    out: (text: string) => void (parsed.out += text),
    err: (text: string) => void (parsed.err += text),
  };
  return buildProgram(handlers, output, (code) => void parsed.codes.push(code));
}

async function parse(...argv: string[]): Promise<Parsed> {
  const parsed: Parsed = { called: [], codes: [], out: '', err: '', failure: null };
  try {
    await program(parsed).parseAsync(argv, { from: 'user' });
  } catch (error) {
    parsed.failure = (error as { code: string }).code;
  }
  return parsed;
}

async function optionsOf(...argv: string[]): Promise<unknown> {
  const { called, failure } = await parse(...argv);
  expect(failure).toBeNull();
  return called[0]?.given[argv[0] === 'runs' ? 0 : 1];
}

test('gives a command its paths, and ends with its exit code', async () => {
  const { called, codes } = await parse('run', 'a', 'b');
  expect(called).toEqual([
    {
      command: 'run',
      given: [
        ['a', 'b'],
        { select: [], tag: [], var: {}, keepWarm: true, imageAlias: [], traceMode: 'auto' },
      ],
    },
  ]);
  expect(codes).toEqual([7]);
});

test('takes every flag of run', async () => {
  expect(
    await optionsOf(
      'run',
      ...'--select a --select b --tag smoke --tag !slow --var user=alice --var equation=a=b'.split(' '),
      ...'--slots 3 --no-keep-warm --verbose --junit j.xml --json r.json --digest d.txt --image-alias a:1=b --log-level debug --trace-mode off'.split(
        ' ',
      ),
    ),
  ).toEqual({
    select: ['a', 'b'],
    tag: ['smoke', '!slow'],
    var: { user: 'alice', equation: 'a=b' },
    slots: 3,
    keepWarm: false,
    verbose: true,
    junit: 'j.xml',
    json: 'r.json',
    digest: 'd.txt',
    imageAlias: ['a:1=b'],
    logLevel: 'debug',
    traceMode: 'off',
  });
  expect(await optionsOf('run', '--quiet')).toMatchObject({ quiet: true });
});

test('takes every flag of the other commands', async () => {
  expect(await optionsOf('validate', '--var', 'a=b')).toEqual({ var: { a: 'b' }, format: 'text' });
  expect(await optionsOf('validate', '--format', 'github')).toMatchObject({ format: 'github' });
  expect(await optionsOf('plan', '--select', 'a', '--tag', 't', '--var', 'a=b', '--json')).toEqual({
    select: ['a'],
    tag: ['t'],
    var: { a: 'b' },
    json: true,
  });
  expect(await optionsOf('runs', '--limit', '5')).toMatchObject({ limit: 5 });
  expect((await parse('show', 'latest', '3')).called[0]?.given).toEqual(['latest', '3', {}]);
  expect((await parse('show', 'latest')).called[0]?.given).toEqual(['latest', undefined, {}]);
  expect((await parse('trace', 'latest')).called[0]?.given).toEqual(['latest', {}]);
  expect(await optionsOf('spans', 'latest', '--grep', 'x', '--scenario', 'pay', '--json')).toEqual({
    grep: 'x',
    scenario: 'pay',
    json: true,
  });
  expect((await parse('diff', 'a', 'b')).called[0]?.given).toEqual(['a', 'b', { slower: 100 }]);
  expect((await parse('diff', 'a', 'b', '--slower', '50', '--json')).called[0]?.given[2]).toEqual({
    slower: 50,
    json: true,
  });
  expect(await optionsOf('record', 'a', '-o', 'f', '--tag', 't')).toMatchObject({ output: 'f', tag: ['t'] });
  expect(await optionsOf('repro', 'f', '--verify-digest', '--slots', '2')).toEqual({
    verifyDigest: true,
    slots: 2,
    keepWarm: true,
    imageAlias: [],
  });
  expect((await parse('red-green', 'a', 'b', '--scenario', 'pay')).called[0]?.given).toEqual([
    'a',
    'b',
    { scenario: 'pay' },
  ]);
  expect(await optionsOf('trace', 'latest', '--scenario', 'pay', '--check', '--json')).toEqual({
    scenario: 'pay',
    check: true,
    json: true,
  });
  expect((await parse('pool', '--json', '--page', '2')).called).toEqual([
    { command: 'pool', given: [{ json: true, limit: 20, page: 2 }] },
  ]);
  expect((await parse('pool', 'rm', '--orphans')).called).toEqual([
    { command: 'poolRemove', given: [[], { all: false, orphans: true }] },
  ]);
  expect((await parse('shell', 'db', '--', 'psql', '-U', 'me')).called).toEqual([
    { command: 'shell', given: ['db', ['psql', '-U', 'me']] },
  ]);
  expect(await optionsOf('logs', 'db', '-f', '--tail', '0', '--since', '10min', '--json')).toEqual({
    follow: true,
    tail: 0,
    since: 600_000,
    json: true,
  });
  expect((await parse('pool', 'rm', 'db', 'cache')).called).toEqual([
    { command: 'poolRemove', given: [['db', 'cache'], { all: false, orphans: false }] },
  ]);
  expect((await parse('pool', 'rm', '--all')).called[0]?.given).toEqual([[], { all: true, orphans: false }]);
  expect((await parse('doctor')).called[0]?.given).toEqual([]);
});

test('takes every flag of lease, and of its own commands', async () => {
  const call = async (...argv: string[]): Promise<unknown> => (await parse('lease', ...argv)).called[0];
  expect(await call('redis:7')).toEqual({
    command: 'lease',
    given: ['redis:7', [], { ttl: 600_000, env: {} }],
  });
  expect(await call('redis:7', '--ttl', '5m', '--env', 'a=b', '--', 'sleep', '-1')).toMatchObject({
    given: ['redis:7', ['sleep', '-1'], { ttl: 300_000, env: { a: 'b' } }],
  });
  expect(await call('ls')).toEqual({ command: 'leaseList', given: [{ limit: 20, page: 1 }] });
  expect(await call('ls', '--limit', '5', '--page', '2')).toMatchObject({ given: [{ limit: 5, page: 2 }] });
  expect(await call('renew', 'one', '--ttl', '1h')).toEqual({
    command: 'leaseRenew',
    given: ['one', 3_600_000],
  });
  expect(await call('rm', 'one')).toEqual({ command: 'leaseRemove', given: ['one'] });
});

test.each([
  [['run', '--slots', '0'], 'whole number'],
  [['run', '--slots', 'two'], 'whole number'],
  [['run', '--var', 'alice'], 'NAME=VALUE'],
  [['run', '--image-alias', 'postgres'], 'FROM=TO'],
  [['run', '--detach', '--digest', 'd'], 'cannot be used with'],
  [['record', 'a'], 'required option'],
  [['run', '--verbose', '--quiet'], 'cannot be used with'],
  [['run', '--log-level', 'loud'], 'Allowed choices are'],
  [['validate', '--format', 'xml'], 'Allowed choices are'],
  [['runs', '--limit', '-1'], 'whole number'],
  [['lease', 'redis', '--ttl', '25h'], 'at most 1d'],
  [['lease', 'redis', '--ttl', '0s'], 'more than 0s'],
  [['runs', 'extra'], 'too many arguments'],
  [['show'], "missing required argument 'run'"],
])('refuses %j', async (argv, words) => {
  const { err, called } = await parse(...argv);
  expect(err).toContain(words);
  expect(err).toContain('Run with --help');
  expect(called).toEqual([]);
});

test('suggests the command or flag that was probably meant', async () => {
  expect((await parse('rnu')).err).toContain('(Did you mean run?)');
  expect((await parse('run', '--slect', 'a')).err).toContain('(Did you mean --select?)');
});

test.each([
  ['runs', '--limit'],
  ['logs', '--tail'],
  ['trace', '--check'],
  ['spans', '--grep'],
  ['diff', '--slower'],
  ['red-green', '--scenario'],
])('lists what %s alone has before the flags of the connection', async (command, own) => {
  const { out } = await parse(command, '--help');
  expect(out.indexOf(own)).toBeLessThan(out.indexOf('--grid <host:port>'));
});

test.each(['watch', 'cancel', 'status'])('says that %s is for a grid alone', async (command) => {
  const { out } = await parse(command, '--help');
  expect(out).toContain('the coordinator of the grid');
  expect(out).not.toContain('instead of this machine');
});

test('prints help and version on stdout', async () => {
  expect(await parse('--version')).toMatchObject({ out: '0.1.0\n', failure: 'commander.version' });
  expect((await parse('--help')).out).toContain('Examples:');
  expect((await parse('help', 'run')).out).toContain('--junit <file>');
});

const commands = program({ called: [], codes: [], out: '', err: '', failure: null }).commands;

test.each(commands.map((command) => [command.name(), command] as const))(
  'teaches %s with an example or an exit code',
  async (name) => {
    const { out } = await parse(name, '--help');
    expect(out).toMatch(/cleangrid .*|Exits with/u);
  },
);

test('documents every command and flag, and none that does not exist', () => {
  const document = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const documented = new Map(
    document.split(/^## /mu).flatMap((section) => {
      const [, name] = /^`cleangrid ([\w-]+)/u.exec(section) ?? [];
      if (name === undefined) return [];
      const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
      const flags = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(--[a-z-]+)/gu)]);
      return [[name, new Set(flags.map(([, flag]) => flag))] as const];
    }),
  );
  const defined = new Map(commands.map((command) => [command.name(), new Set(optionsIn(command))] as const));
  expect(documented).toEqual(defined);
});

/** Also of its own commands: they share a section. */
function optionsIn({ options, commands: inner }: Command): (string | undefined)[] {
  return [...options.map(({ long }) => long), ...inner.flatMap(optionsIn)];
}

test('documents every variable of the environment that is read', () => {
  const document = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const source = readFileSync(new URL('config.ts', import.meta.url), 'utf8');
  const read = new Set(
    source.match(/(?<=[('])(?:CLEANGRID_[A-Z_]+|NO_COLOR|FORCE_COLOR|CI|XDG_STATE_HOME)(?=')/gu),
  );
  expect(read.size).toBeGreaterThan(5);
  for (const name of read) expect(document).toContain(name);
});
