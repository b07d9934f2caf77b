import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProblemText } from './problem.ts';
import { readToml } from './read-toml.ts';
import { sourceText } from './source-text.ts';
import { plainOf } from './plain-of.ts';
import type { Span, TableTree, Tree } from './tree.ts';

/** Properties do much; a busy machine does it slowly. */
const propertyMsMax = 60_000;

interface Found {
  code: string;
  at: string;
  message: string;
}

function read(text: string): { tree: TableTree | null; found: Found[]; cut: (span: Span) => string } {
  const source = sourceText('a.toml', text);
  const found: Found[] = [];
  const report = (span: Span, { code, message }: ProblemText): void => {
    const { line, column } = source.place(span.start);
    found.push({ code, at: `${line}:${column}`, message });
  };
  return { tree: readToml(source, report), found, cut: ({ start, end }) => source.text.slice(start, end) };
}

/** The value at a path of keys and indexes. */
function at(tree: Tree | null, ...path: (string | number)[]): Tree | undefined {
  let current: Tree | undefined = tree ?? undefined;
  for (const key of path) {
    if (current?.kind === 'table') current = current.entries.get(String(key))?.value;
    else if (current?.kind === 'array') current = current.items[Number(key)];
    else return undefined;
  }
  return current;
}

test('reads tables, dotted keys, inline tables and arrays of tables into one tree', () => {
  const { tree, found } = read(`
top = 1
a.b = "x"
[t.u]
list = [1, 2.5, true, "s", { k = 1 }]
[[s]]
name = "first"
[[s.inner]]
n = 1
[[s.inner]]
n = 2
[s.deep]
x = 'y'
[[s]]
name = "second"
`);
  expect(found).toEqual([]);
  expect(plainOf(tree)).toEqual({
    top: 1,
    a: { b: 'x' },
    t: { u: { list: [1, 2.5, true, 's', { k: 1 }] } },
    s: [{ name: 'first', inner: [{ n: 1 }, { n: 2 }], deep: { x: 'y' } }, { name: 'second' }],
  });
});

test('knows the place of keys and values behind multi-line strings, tabs, CRLF and characters outside the BMP', () => {
  const { tree, cut } = read('\uFEFFa = """\r\n😀\r\nb"""\r\n\t"key 😀" = [ "😀", \'x\' ]\r\n');
  expect(cut(at(tree, 'a')?.span ?? { start: 0, end: 0 })).toBe('"""\r\n😀\r\nb"""');
  expect(cut(tree?.entries.get('key 😀')?.keySpan ?? { start: 0, end: 0 })).toBe('"key 😀"');
  expect(cut(at(tree, 'key 😀', 1)?.span ?? { start: 0, end: 0 })).toBe("'x'");
});

test.each([
  ['a = "x\n', 'CG1001', '1:7'],
  ['a = \n', 'CG1001', '1:5'],
  ['a 1\n', 'CG1001', '1:3'],
  ['ok = 1\na = 1 b = 2\n', 'CG1001', '2:7'],
  ['a = "\\q"\n', 'CG1001', '1:7'],
  ['[[s]]\nb = [1,\n', 'CG1001', '2:8'],
])('says where %j is not TOML', (text, code, place) => {
  const { tree, found } = read(text);
  expect(tree).toBeNull();
  expect(found).toMatchObject([{ code, at: place }]);
});

test('reports every duplicate key at its place, and reads everything else', () => {
  const { tree, found } = read(`a = 1
a = 2
[t]
x = 1
"x" = 2
i = { k = 1, k = 2 }
[u.v]
[t]
y = 1
[[l]]
[l]
b.c = 1
a = 3
`);
  expect(found.map(({ code, at }) => `${code} ${at}`).sort()).toEqual([
    'CG1002 11:2',
    'CG1002 2:1',
    'CG1002 5:1',
    'CG1002 6:14',
    'CG1002 8:2',
  ]);
  expect(plainOf(tree)).toEqual({ a: 1, t: { x: 1, i: { k: 1 } }, u: { v: {} }, l: [{}] });
});

test('reports only the first duplicates of a file that is too large to be read again and again', () => {
  const filler = `# ${'x'.repeat(6 * 1024 * 1024)}\n`;
  const { tree, found } = read(`${filler}a = 1\na = 2\na = 3\na = 4\na = 5\na = 6\n`);
  expect(tree).toBeNull();
  expect(found.map(({ code, at }) => `${code} ${at}`)).toEqual(['CG1002 3:1', 'CG1002 4:1', 'CG1002 5:1']);
});

test.each(['a = 99999999999999999999', 'a = inf', 'a = nan'])('refuses %s, which cannot be held', (text) => {
  expect(read(text).found).toMatchObject([{ code: 'CG1202', at: '1:5' }]);
});

test('survives any nesting', () => {
  const { tree, found } = read(`a = ${'['.repeat(20_000)}`);
  expect(tree).toBeNull();
  expect(found).toHaveLength(1);
});

test(
  'never throws, whatever the text',
  () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '[[',
      '{',
      '}',
      '=',
      '"',
      "'",
      '"""',
      '.',
      ',',
      '\n',
      '#',
      'a',
      '1',
      '\\',
      '-',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          const { tree, found } = read(text);
          expect(tree !== null || found.length > 0).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  },
  propertyMsMax,
);
