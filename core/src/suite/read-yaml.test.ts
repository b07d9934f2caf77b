import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainOf } from './plain-of.ts';
import type { ProblemText } from './problem.ts';
import { readYaml } from './read-yaml.ts';
import { sourceText } from './source-text.ts';
import type { Span, TableTree } from './tree.ts';

/** Properties do much; a busy machine does it slowly. */
const propertyMsMax = 60_000;

function read(text: string): {
  tree: TableTree | null;
  found: string[];
  cut: (span: Span | undefined) => string;
} {
  const source = sourceText('a.yaml', text);
  const found: string[] = [];
  const report = (span: Span, { code }: ProblemText): void => {
    const { line, column } = source.place(span.start);
    found.push(`${code} ${line}:${column}`);
  };
  const tree = readYaml(source, report);
  return { tree, found, cut: (span) => (span ? source.text.slice(span.start, span.end) : '') };
}

test('reads mappings, sequences and scalars of YAML 1.2', () => {
  const { tree, found } = read(`
a: 1
b: [yes, true, null, 1.5, "x", 2020-01-01]
c:
  - d: |
      line
    e: ~
  - 0o17
`);
  expect(found).toEqual([]);
  expect(plainOf(tree)).toEqual({
    a: 1,
    b: ['yes', true, null, 1.5, 'x', '2020-01-01'],
    c: [{ d: 'line\n', e: null }, 15],
  });
});

test('takes an empty file for an empty mapping', () => {
  expect(plainOf(read('').tree)).toEqual({});
  expect(plainOf(read('# only a comment\n').tree)).toEqual({});
});

test('knows the place of keys and values', () => {
  const { tree, cut } = read('\uFEFFa: "😀"\r\nb:\r\n  c: x y\r\n');
  const b = tree?.entries.get('b');
  expect(cut(tree?.entries.get('a')?.value.span)).toBe('"😀"');
  expect(cut(b?.keySpan)).toBe('b');
  expect(b?.value.kind === 'table' && cut(b.value.entries.get('c')?.value.span)).toBe('x y');
});

test('reports every duplicate key and keeps the first', () => {
  const { tree, found } = read('a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n');
  expect(found.sort()).toEqual(['CG1002 2:1', 'CG1002 3:11', 'CG1002 4:1']);
  expect(plainOf(tree)).toEqual({ a: 1, b: { c: 1 } });
});

test('follows aliases and merges, where own keys go first', () => {
  const { tree, found } = read(`
base: &base { image: postgres, env: { A: 1 } }
more: &more { image: other, tmpfs: [] }
one: *base
two: { <<: *base, image: mine }
three:
  <<: [*base, *more]
`);
  expect(found).toEqual([]);
  expect(plainOf(tree)).toMatchObject({
    one: { image: 'postgres', env: { A: 1 } },
    two: { image: 'mine', env: { A: 1 } },
    three: { image: 'postgres', env: { A: 1 }, tmpfs: [] },
  });
});

test.each([
  ['a: *nothing', 'CG1005 1:4'],
  ['a: &a [*a]', 'CG1005 1:8'],
  ['a: {<<: 1}', 'CG1005 1:9'],
  ['a: !!binary aGk=', 'CG1005 1:4'],
  ['a: !mine x', 'CG1005 1:4'],
  ['? [1]\n: 2', 'CG1005 1:3'],
  ['---\na: 1\n---\nb: 2\n', 'CG1005 3:1'],
  ['a: b: c', 'CG1001 1:4'],
  ['\ta: 1', 'CG1001 1:1'],
  ['- 1', 'CG1103 1:1'],
  ['a: 9007199254740993', 'CG1202 1:4'],
  ['a: .nan', 'CG1202 1:4'],
])('refuses %j', (text, problem) => {
  expect(read(text).found[0]).toBe(problem);
});

test('refuses aliases that stand for millions of values', () => {
  const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) {
    const aliases = Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
    lines.push(`l${level}: &l${level} [${aliases}]`);
  }
  expect(read(lines.join('\n')).found[0]).toMatch(/^CG1003/u);
});

test('survives any nesting', () => {
  expect(() => read('['.repeat(10_000))).not.toThrow();
  expect(() => read('- '.repeat(10_000))).not.toThrow();
});

test(
  'never throws, whatever the text',
  () => {
    const pieces = fc.constantFrom(
      '- ',
      ': ',
      '? ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: ',
      '|',
      '"',
      "'",
      '!!x ',
      '#',
      'a',
      '---\n',
      '%',
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
