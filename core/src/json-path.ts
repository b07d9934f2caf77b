/** Paths into JSON as suites write them: `$`, `.name`, `["any name"]`, `[0]`, `[-1]`. */

import type { JsonValue } from './expectation.ts';

export type JsonPath = readonly (string | number)[];

const segment = /\.([A-Za-z_][\w-]*)|\[(-?\d+)\]|\["((?:[^"\\]|\\.)*)"\]/uy;

/** Null when the text is not a path. */
export function parseJsonPath(text: string): JsonPath | null {
  if (!text.startsWith('$')) return null;
  const path: (string | number)[] = [];
  segment.lastIndex = 1;
  while (segment.lastIndex < text.length) {
    const match = segment.exec(text);
    if (!match) return null;
    const [, name, index, quoted] = match;
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else path.push(unquote(quoted ?? ''));
  }
  return path;
}

/** Undefined when nothing is there. Negative indexes count from the end. */
export function readJsonPath(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined;
    if (Array.isArray(current)) current = typeof key === 'number' ? current.at(key) : undefined;
    else current = Object.hasOwn(current, String(key)) ? current[String(key)] : undefined;
    if (current === undefined) return undefined;
  }
  return current;
}

function unquote(escaped: string): string {
  return escaped.replace(/\\(.)/gu, '$1');
}
