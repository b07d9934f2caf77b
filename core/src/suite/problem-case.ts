/** For tests: a suite with a problem, and where it is found. */

import type { CompileOptions } from './compile-text.ts';

/** A suite in which `<CG1234>` stands before the place where that problem is found, and a part of its message. */
export type ProblemCase = [marked: string, message: string, options?: CompileOptions];

/** The suite itself, and `CG1234 line:column` of each problem. */
export function unmark(marked: string): { text: string; found: string[] } {
  const pieces = marked.split(/<(CG\d{4})>/u);
  let text = '';
  const found: string[] = [];
  for (const [index, part] of pieces.entries()) {
    const lines = text.split('\n');
    if (index % 2 === 0) text += part;
    else found.push(`${part} ${lines.length}:${(lines.at(-1) ?? '').length + 1}`);
  }
  return { text, found };
}
