/** The port to where a command's words go. Adapters: the process's own streams, and a fake for tests. */

import type { Paint } from './paint.ts';

export interface Terminal {
  /** What was asked for. */
  out: Output;
  /** What went wrong, and what the command does meanwhile. */
  err: Output;
}

export interface Output {
  /** Whether lines may be rewritten: a real terminal, and not one that a CI server records. */
  readonly isLive: boolean;
  readonly paint: Paint;
  /** Columns to fit in; asked each time, because windows change. */
  columns(): number;
  rows(): number;
  /** Never throws: once nobody reads any more it does nothing. */
  write(text: string): void;
}

export function writeLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
}
