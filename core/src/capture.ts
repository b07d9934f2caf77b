/** Takes a value out of a step's output for later steps. */

import type { FailedCheck } from './expectation.ts';
import { type Observed, parseJson } from './evaluate.ts';
import { unreachable } from './errors.ts';
import { parseJsonPath, readJsonPath } from './json-path.ts';
import { captureBytesMax } from './limits.ts';
import { compilePattern } from './pattern.ts';
import type { Capture } from './plan.ts';

export interface Captured {
  values: Map<string, string>;
  failed: FailedCheck[];
}

/** A pattern's first group, or its whole match where it has none; JSON strings as they are, other JSON values as JSON. */
export function capture(captures: readonly Capture[], observed: Observed): Captured {
  const values = new Map<string, string>();
  const failed: FailedCheck[] = [];
  for (const wanted of captures) {
    const value = captureOne(wanted.from, observed);
    const problem = value === null ? 'nothing was found' : sizeProblem(value);
    if (value !== null && problem === null) values.set(wanted.name, value);
    else
      failed.push({
        what: `capture ${wanted.name}`,
        expected: describe(wanted.from),
        actual: problem ?? '',
        source: wanted.source,
      });
  }
  return { values, failed };
}

function captureOne(from: Capture['from'], observed: Observed): string | null {
  switch (from.kind) {
    case 'stdout':
    case 'stderr': {
      const match = compilePattern(from.pattern).exec(observed[from.kind].text);
      return match ? (match[1] ?? match[0]) : null;
    }
    case 'json': {
      const parsed = parseJson(observed.stdout.text);
      if (parsed === undefined) return null;
      const value = readJsonPath(parsed, parseJsonPath(from.path) ?? []);
      if (value === undefined) return null;
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    case 'exit':
      return observed.exit.kind === 'code' ? String(observed.exit.code) : observed.exit.signal;
    default:
      return unreachable(from);
  }
}

function sizeProblem(value: string): string | null {
  const bytes = new TextEncoder().encode(value).length;
  if (value.includes('\0')) return 'a NUL byte, which no environment variable can hold';
  return bytes > captureBytesMax
    ? `${bytes} bytes, more than the ${captureBytesMax} that a capture may have`
    : null;
}

function describe(from: Capture['from']): string {
  switch (from.kind) {
    case 'stdout':
    case 'stderr':
      return `/${from.pattern}/ in ${from.kind}`;
    case 'json':
      return `${from.path} in the JSON on stdout`;
    case 'exit':
      return 'the exit code';
    default:
      return unreachable(from);
  }
}
