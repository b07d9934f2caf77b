import { diffLineColumnsMax, diffLinesMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { createPaint } from './paint.ts';
import { renderDiff } from './render-diff.ts';

const plain = createPaint(false);
const diff = (expected: string, actual: string): string[] => renderDiff(expected, actual, plain).slice(1);

test('says which side is which', () => {
  expect(renderDiff('a', 'b', plain)[0]).toBe('- expected   + actual');
});

test('shows lines that are missing, lines that are too many, and what stands around', () => {
  expect(diff('bread\ncheese\neggs', 'bread\nbutter\neggs\n')).toEqual([
    '  bread',
    '- cheese',
    '+ butter',
    '  eggs',
  ]);
});

test('leaves out what is equal and far away', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const changed = lines.with(0, 'first').with(29, 'last');
  const shown = diff(lines.join('\n'), changed.join('\n'));
  expect(shown).toContain('  …');
  expect(shown).toContain('+ last');
  expect(shown.some((line) => line.includes('line 15'))).toBe(false);
});

test('shows white space where it alone is the difference', () => {
  expect(diff('a b', 'a  b')).toEqual(['- a·b⏎', '+ a··b⏎']);
  expect(diff('a\tb', 'a b')).toEqual(['- a→b⏎', '+ a·b⏎']);
  expect(diff('a', 'a\n\n')).toEqual(['  a', '+ ⏎']);
});

test('shows characters that cannot be seen', () => {
  expect(diff('red', '\u001b[31mred')).toEqual(['- red', '+ ␛[31mred']);
});

test('shows of long lines the part that differs', () => {
  const [removed, added] = diff(`${'x'.repeat(5000)}left`, `${'x'.repeat(5000)}right`);
  expect(removed).toMatch(/^- …x+left$/u);
  expect(added).toMatch(/^\+ …x+right$/u);
  expect(added?.length).toBeLessThan(diffLineColumnsMax + 10);
});

test('ends after as many lines as one can read, and says so', () => {
  const left = Array.from({ length: 500 }, (_, index) => `a${index}`).join('\n');
  const shown = diff(left, left.replaceAll('a', 'b'));
  expect(shown).toHaveLength(diffLinesMax + 1);
  expect(shown.at(-1)).toBe('… 960 more lines differ or lie between');
});

test('gives up comparing very different texts instead of taking for ever', () => {
  const left = Array.from({ length: 20_000 }, (_, index) => `a${index}`).join('\n');
  expect(diff(left, left.replaceAll('a', 'b'))[0]).toBe('- a0');
});
