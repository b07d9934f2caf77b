import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileText } from './compile-text.ts';
import type { Decoder } from './decoder.ts';
import { plainOf } from './plain-of.ts';
import { readSuites } from './read-suites.ts';
import { suiteFile } from './read-suite.ts';
import { readToml } from './read-toml.ts';
import { sourceText } from './source-text.ts';

const document = readFileSync(new URL('../../../docs/suite-language.md', import.meta.url), 'utf8');

/** Paths of all keys that the compiler knows, written as in the document. */
function knownKeys(decoder: Decoder<unknown>, path: string): string[] {
  return decoder.inside.flatMap(({ segment, decoder: inner }) => {
    const inside = `${path}${segment === '.*' ? '.NAME' : segment}`;
    const own = segment === '[]' ? [] : [inside.slice(1)];
    return [...own, ...knownKeys(inner, inside)];
  });
}

const rows = [...document.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gmu)].map(([, key = '', example = '']) => ({
  key,
  example,
}));

test('the table of keys has exactly the keys that the compiler knows', () => {
  const like = /^(?:scenario\[\]\.(?:setup|teardown)\[\]|expect\.)/u;
  const known = knownKeys(suiteFile, '').filter((key) => !like.test(key));
  expect(rows.map(({ key }) => key).sort()).toEqual(known.sort());
});

test('setup and teardown have the keys of steps', () => {
  const keysOf = (phase: string): string[] =>
    knownKeys(suiteFile, '')
      .filter((key) => key.startsWith(`scenario[].${phase}[]`))
      .map((key) => key.replace(phase, 'steps'));
  expect(keysOf('setup')).toEqual(keysOf('steps'));
  expect(keysOf('teardown')).toEqual(keysOf('steps'));
});

test('expect of a suite has the keys of that of a scenario', () => {
  const keysOf = (prefix: string): string[] =>
    knownKeys(suiteFile, '').flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  expect(keysOf('expect.')).toEqual(keysOf('scenario[].expect.'));
});

type Table = Record<string, unknown>;

/** A suite to which each example is added. */
const base: Table = {
  suite: { name: 'base' },
  vars: { user: 'base' },
  services: { db: { image: 'base' } },
  scenario: [{ name: 'base', image: 'base', steps: [{ run: 'echo "${vars.user}"' }] }],
};

/** What `NAME` stands for in the table of that key. */
const names: Record<string, string> = { services: 'db', vars: 'user', env: 'A', capture: 'x', json: '$.a' };
const anyName = 'name';

/** What stands beside a key that is not enough alone. */
const siblings: Record<string, Table> = {
  'services.NAME.mounts[]': { source: 'sql', target: '/base' },
  'services.NAME.ready[].http': { port: 9 },
  'services.NAME.reset': { strategy: 'postgres.template' },
  'scenario[].expect.span[]': { name: 'base' },
  'scenario[].expect.window[]': { outer: 'base', contains: ['base'] },
};

/** What must stand beside a key that does not go with the others. */
const beside: Record<string, Table> = {
  'services.NAME.isolation': { reset: { strategy: 'redis.database' } },
  'services.NAME.max_uses': { reset: { strategy: 'redis.flush' } },
  'services.NAME.reset.command': { strategy: 'exec', command: ['base'] },
};

/** What a key replaces. */
const alternatives: Record<string, string> = { command: 'run' };
const workspace = ['sql/a', 'sql/init/a', 'sql/seed.sql'];

/** The base with a value at a key; without a value, with what must stand around it. */
function suiteWith(key: string, value?: unknown): Table {
  const suite = structuredClone(base);
  const segments = key.split('.');
  let at = suite;
  for (const [index, segment] of segments.entries()) {
    const name =
      segment === 'NAME' ? (names[segments[index - 1] ?? ''] ?? anyName) : segment.replace('[]', '');
    if (index === segments.length - 1) {
      Object.assign(at, structuredClone(beside[key] ?? {}));
      if (value !== undefined) at[name] = value;
      delete at[alternatives[name] ?? ''];
      return suite;
    }
    const fresh = structuredClone(siblings[segments.slice(0, index + 1).join('.')] ?? {});
    at[name] ??= segment.endsWith('[]') ? [fresh] : fresh;
    at = (Array.isArray(at[name]) ? at[name][0] : at[name]) as Table;
  }
  return suite;
}

/** All that a suite makes: its plan, and what it wants of its workspace. YAML is a superset of JSON. */
function madeOf(suite: Table): { made: string; problems: string[] } {
  const text = JSON.stringify(suite);
  const { problems } = compileText(text, { file: 'base.yaml', workspace });
  const [read] = readSuites([{ path: 'base.yaml', text }], {}).suites;
  const { content, workspace: files } = read ?? {};
  const made = JSON.stringify({ content, include: files?.include, exclude: files?.exclude });
  const places = /"(?:line|column)":\d+/gu;
  return {
    made: made.replace(places, ''),
    problems: problems.filter((one) => one.severity === 'error').map(({ message }) => message),
  };
}

function valueOf(example: string): unknown {
  const tree = readToml(sourceText('example', `value = ${example}`), () => undefined);
  return (plainOf(tree) as { value?: unknown } | null)?.value;
}

test.each(rows)('`$key = $example` is accepted and changes what is planned', ({ key, example }) => {
  const changed = madeOf(suiteWith(key, valueOf(example)));
  expect(changed.problems).toEqual([]);
  expect(changed.made).not.toBe(madeOf(suiteWith(key)).made);
  expect(changed.made).not.toBe(madeOf(base).made);
});

const suites = [...document.matchAll(/^```(toml|yaml)\n(.*?)^```/gmsu)].map(
  ([, notation = '', text = '']) => ({
    notation,
    text,
  }),
);

test.each(suites)('the $notation suite of the document has no problem', ({ notation, text }) => {
  const { plan, problems } = compileText(text, { file: `a.cleangrid.${notation}` });
  expect(problems).toEqual([]);
  expect(plan === null).toBe(problems.length > 0);
});

test('the same suite in TOML and in YAML is the same plan', () => {
  const [toml, yaml] = suites.map(({ notation, text }) => {
    const { plan } = compileText(text, { file: `a.${notation}` });
    const placeless = JSON.stringify(plan, (name, value: unknown) => (name === 'source' ? null : value));
    return placeless.replaceAll(`a.${notation}`, 'a');
  });
  expect(yaml).toBe(toml);
});
