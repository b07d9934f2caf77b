/** A suite file's text, and the line and column of any place in it. */

import type { SourcePlace } from '../plan.ts';
import type { Span } from './tree.ts';

export interface SourceText {
  /** As the user named it, relative to the current directory. */
  file: string;
  /** Without a byte order mark. */
  text: string;
  /** 1-based line and column, counted in UTF-16 code units as editors do. */
  place(offset: number): SourcePlace;
  /** Place of a span; one that goes over several lines ends with its first. */
  range(span: Span): SourcePlace & { endColumn: number };
}

export function sourceText(file: string, written: string): SourceText {
  const text = written.replace(/^\uFEFF/u, '');
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);

  const place = (offset: number): SourcePlace => {
    const line = lastAtMost(lineStarts, offset);
    return { file, line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
  };

  return {
    file,
    text,
    place,
    range(span) {
      const start = place(span.start);
      const newline = text.indexOf('\n', span.start);
      const lineEnd = newline === -1 ? text.length : newline;
      const length = Math.max(1, Math.min(span.end, lineEnd) - span.start);
      return { ...start, endColumn: start.column + length };
    },
  };
}

/** Index of the last element that is not greater than `value`. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
