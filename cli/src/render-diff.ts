/** Two texts as a diff: what was expected with `-`, what came with `+`, a few equal lines around. */

import { diffEditsMax, diffLineColumnsMax, diffLinesMax } from '@cleangrid/core/limits.ts';
import { printable } from '@cleangrid/core/report/printable.ts';
import { structuredPatch } from 'diff';
import type { Paint } from './paint.ts';

type Mark = '-' | '+' | ' ';
interface DiffLine {
  mark: Mark;
  text: string;
}

export function renderDiff(expected: string, actual: string, paint: Paint): string[] {
  const lines = withVisibleSpace(diffLines(expected, withoutFreeNewline(expected, actual)));
  const shown = aroundDifference(lines.slice(0, diffLinesMax));
  const more = lines.length - shown.length;
  return [
    `${paint.removed('- expected')}   ${paint.added('+ actual')}`,
    ...shown.map(({ mark, text }) => styleOf(mark, paint)(`${mark} ${text.replaceAll('\t', '    ')}`)),
    ...(more > 0 ? [paint.faint(`… ${more} more lines differ or lie between`)] : []),
  ];
}

/** The newline at the end of an output was not asked for and is not the difference. */
function withoutFreeNewline(expected: string, actual: string): string {
  return actual.endsWith('\n') && !expected.endsWith('\n') ? actual.slice(0, -1) : actual;
}

function diffLines(expected: string, actual: string): DiffLine[] {
  const [left, right] = [printable(expected), printable(actual)];
  // Both end with a newline here, or the library marks the last line in its own way.
  const patch = structuredPatch('', '', `${left}\n`, `${right}\n`, '', '', {
    context: 3,
    maxEditLength: diffEditsMax,
  });
  if (!patch) return [...marked('-', left), ...marked('+', right)];
  return patch.hunks.flatMap((hunk, index) => [
    ...(index > 0 ? [{ mark: ' ', text: '…' } as const] : []),
    ...hunk.lines.map((line) => ({ mark: line[0] as Mark, text: line.slice(1) })),
  ]);
}

function marked(mark: Mark, text: string): DiffLine[] {
  return text.split('\n').map((line) => ({ mark, text: line }));
}

/** Where white space alone differs it is shown, or the two sides would look the same. */
function withVisibleSpace(lines: DiffLine[]): DiffLine[] {
  const bare = (mark: Mark): string =>
    lines
      .filter((line) => line.mark === mark)
      .map((line) => line.text)
      .join('')
      .replaceAll(/\s/gu, '');
  if (bare('-') !== bare('+')) return lines;
  return lines.map((line) =>
    line.mark === ' ' ? line : { ...line, text: `${line.text.replaceAll(' ', '·').replaceAll('\t', '→')}⏎` },
  );
}

/** Of two long lines that follow each other, the part where they begin to differ. */
function aroundDifference(lines: readonly DiffLine[]): DiffLine[] {
  const [removed, added] = [lines.find(({ mark }) => mark === '-'), lines.find(({ mark }) => mark === '+')];
  const start = Math.max(0, commonLength(removed?.text ?? '', added?.text ?? '') - diffLineColumnsMax / 2);
  return lines.map(({ mark, text }) => {
    if (text.length <= diffLineColumnsMax) return { mark, text };
    const end = start + diffLineColumnsMax;
    const part = text.slice(start, end);
    return { mark, text: `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}` };
  });
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

function styleOf(mark: Mark, paint: Paint): (text: string) => string {
  if (mark === '-') return paint.removed;
  return mark === '+' ? paint.added : paint.faint;
}
