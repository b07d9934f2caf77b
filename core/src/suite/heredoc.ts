/** Here-documents of shell scripts: what is announced by `<<WORD` and stands in the lines below. */

import type { Span } from './tree.ts';

export interface Heredoc {
  delimiter: string;
  /** Any quote in the delimiter: nothing is expanded in the body. */
  quoted: boolean;
  stripTabs: boolean;
}

/** The word after `<<`, with its quotes. */
export const heredocDelimiter: RegExp = /(?:'[^']*'|"[^"]*"|\\[^]|[^\s;&|()<>'"\\])+/uy;

export function heredocOf(written: string, stripTabs: boolean): Heredoc {
  const quoted = /['"\\]/u.test(written);
  return { delimiter: written.replace(/['"]|\\([^])/gu, '$1'), quoted, stripTabs };
}

/** Where the body that begins with the region ends, and where its delimiter's line does. */
export function heredocBody(
  script: string,
  region: Span,
  { delimiter, stripTabs }: Heredoc,
): { end: number; next: number } {
  let end = region.start;
  while (end < region.end) {
    const newline = script.indexOf('\n', end);
    const lineEnd = newline === -1 ? region.end : Math.min(newline, region.end);
    const line = script.slice(end, lineEnd);
    const next = Math.min(lineEnd + 1, region.end);
    if ((stripTabs ? line.replace(/^\t+/u, '') : line) === delimiter) return { end, next };
    end = next;
  }
  return { end, next: end };
}
