/** Makes other people's text fit for a line of a terminal: names, output and messages may hold anything, also what steers terminals. */

import { stripVTControlCharacters } from 'node:util';
import { printable } from '@cleangrid/core/report/printable.ts';
import truncateWidth from 'fast-string-truncated-width';

/** Without escape sequences and line ends. */
export function oneLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/gu, ' ').trim();
}

/** Without escape sequences; tabs are kept as spaces, so that widths can be known. */
export function cleanText(text: string): string {
  return printable(stripVTControlCharacters(text)).replaceAll('\t', '    ');
}

/** At most `columns` wide on a terminal, an ellipsis where it was cut. Our own color sequences have no width and survive. */
export function fitLine(text: string, columns: number): string {
  const fit = truncateWidth(text, { limit: columns, ellipsis: '…' });
  if (!fit.truncated) return text;
  const cut = text.slice(0, fit.index) + (fit.ellipsed ? '…' : '');
  return cut.includes('\u001b') ? `${cut}\u001b[0m` : cut;
}

/** Columns that the text takes on a terminal. */
export function widthOf(text: string): number {
  return truncateWidth(text).width;
}
