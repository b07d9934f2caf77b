/** Reads the line of a suite file that a place names; for messages, so it never fails. */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { suiteFileBytesMax } from '@cleangrid/core/limits.ts';
import type { SourcePlace } from '@cleangrid/core/plan.ts';

/** `texts`: files that are in memory anyway; they show what ran even if the file was edited since. */
export function sourceLines(
  cwd: string,
  texts: ReadonlyMap<string, string> = new Map(),
): (place: SourcePlace) => string | null {
  const files = new Map<string, string[]>();
  return ({ file, line }) => {
    const known = files.get(file) ?? (texts.get(file) ?? readText(resolve(cwd, file))).split(/\r?\n/u);
    files.set(file, known);
    const text = known[line - 1] ?? '';
    return text.trim() === '' ? null : text;
  };
}

function readText(path: string): string {
  try {
    return statSync(path).size > suiteFileBytesMax ? '' : readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
