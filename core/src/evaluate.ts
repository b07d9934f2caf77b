/** Checks what a step did against what was expected of it. Pure; runs on the agent, next to the output. */

import { formatDuration } from './duration.ts';
import { cutText } from './cut-text.ts';
import { unreachable } from './errors.ts';
import type {
  DurationExpectation,
  ExitExpectation,
  Expectations,
  FailedCheck,
  JsonValue,
  OutputExpectation,
} from './expectation.ts';
import { parseJsonPath, readJsonPath } from './json-path.ts';
import type { EvaluatedOutput } from './kept-output.ts';
import { compilePattern } from './pattern.ts';
import type { StepExit } from './result.ts';

export interface Observed {
  exit: StepExit;
  stdout: EvaluatedOutput;
  stderr: EvaluatedOutput;
  durationMs: number;
}

/** Every expectation that was not met, in the order: exit, stdout, stderr, duration. */
export function evaluate(expect: Expectations, observed: Observed): FailedCheck[] {
  return [
    checkExit(expect.exit, observed.exit),
    ...expect.stdout.map((expectation) => checkOutput('stdout', expectation, observed.stdout)),
    ...expect.stderr.map((expectation) => checkOutput('stderr', expectation, observed.stderr)),
    ...expect.duration.map((expectation) => checkDuration(expectation, observed.durationMs)),
  ].filter((check) => check !== null);
}

/** Whether an expectation needs more of a stream than was kept of it: it can be neither met nor missed. */
export function needsCutOutput(expect: Expectations, observed: Pick<Observed, 'stdout' | 'stderr'>): boolean {
  return (
    (expect.stdout.length > 0 && !observed.stdout.complete) ||
    (expect.stderr.length > 0 && !observed.stderr.complete)
  );
}

export function describeExit(exit: StepExit): string {
  return exit.kind === 'code' ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}

function checkExit(expectation: ExitExpectation, exit: StepExit): FailedCheck | null {
  const fail = (expected: string): FailedCheck => ({
    what: 'exit',
    expected,
    actual: describeExit(exit),
    source: expectation.source,
  });
  switch (expectation.kind) {
    case 'any':
      return null;
    case 'signal':
      return exit.kind === 'signal' && exit.signal === expectation.signal
        ? null
        : fail(`signal ${expectation.signal}`);
    case 'not':
      return exit.kind === 'code' && exit.code !== expectation.code
        ? null
        : fail(`any exit code but ${expectation.code}`);
    case 'codes':
      return exit.kind === 'code' && expectation.codes.includes(exit.code)
        ? null
        : fail(`exit code ${expectation.codes.join(' or ')}`);
    default:
      return unreachable(expectation);
  }
}

function checkOutput(
  stream: 'stdout' | 'stderr',
  expectation: OutputExpectation,
  output: EvaluatedOutput,
): FailedCheck | null {
  const missed = missedOutput(expectation, output.text);
  if (missed === null) return null;
  return {
    what: `${stream}.${expectation.kind}`,
    expected: cutText(missed.expected),
    actual: cutText(missed.actual),
    source: expectation.source,
  };
}

/** Null when it is met. */
function missedOutput(
  expectation: OutputExpectation,
  text: string,
): { expected: string; actual: string } | null {
  const unless = (met: boolean, expected: string): { expected: string; actual: string } | null =>
    met ? null : { expected, actual: text };
  switch (expectation.kind) {
    case 'equals':
      return unless(sameText(expectation.text, text), expectation.text);
    case 'contains':
      return unless(text.includes(expectation.text), expectation.text);
    case 'not_contains':
      return unless(!text.includes(expectation.text), `no ${JSON.stringify(expectation.text)}`);
    case 'matches':
      return unless(compilePattern(expectation.pattern).test(text), `/${expectation.pattern}/`);
    case 'not_matches':
      return unless(!compilePattern(expectation.pattern).test(text), `no match of /${expectation.pattern}/`);
    case 'lines':
      return unless(sameText(expectation.lines.join('\n'), text), expectation.lines.join('\n'));
    case 'empty':
      return unless((text === '') === expectation.empty, expectation.empty ? '(nothing)' : '(something)');
    case 'json':
      return missedJson(expectation.values, text);
    default:
      return unreachable(expectation);
  }
}

/** The newline with which most programs end their output need not be written. */
function sameText(expected: string, actual: string): boolean {
  return actual === expected || actual === `${expected}\n`;
}

function missedJson(
  values: Record<string, JsonValue>,
  text: string,
): { expected: string; actual: string } | null {
  const parsed = parseJson(text);
  if (parsed === undefined) return { expected: 'JSON', actual: text };
  const found = Object.entries(values).map(([path, expected]) => {
    const actual = readJsonPath(parsed, parseJsonPath(path) ?? []);
    return { path, expected, actual, met: actual !== undefined && sameJson(actual, expected) };
  });
  if (found.every(({ met }) => met)) return null;
  const missed = found.filter(({ met }) => !met);
  const show = (value: JsonValue | undefined): string =>
    value === undefined ? '(nothing)' : JSON.stringify(value);
  return {
    expected: missed.map(({ path, expected }) => `${path} = ${show(expected)}`).join('\n'),
    actual: missed.map(({ path, actual }) => `${path} = ${show(actual)}`).join('\n'),
  };
}

/** Undefined when it is not JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Equal whatever the order of the members of an object. */
function sameJson(left: JsonValue, right: JsonValue): boolean {
  return JSON.stringify(left, sortMembers) === JSON.stringify(right, sortMembers);
}

function sortMembers(_key: string, value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

export const comparisons = {
  lt: { words: 'less than', holds: (value: number, limit: number): boolean => value < limit },
  lte: { words: 'at most', holds: (value: number, limit: number): boolean => value <= limit },
  gt: { words: 'more than', holds: (value: number, limit: number): boolean => value > limit },
  gte: { words: 'at least', holds: (value: number, limit: number): boolean => value >= limit },
};

function checkDuration(expectation: DurationExpectation, durationMs: number): FailedCheck | null {
  const { words, holds } = comparisons[expectation.comparison];
  if (holds(durationMs, expectation.limitMs)) return null;
  return {
    what: 'duration',
    expected: `${words} ${formatDuration(expectation.limitMs)}`,
    actual: formatDuration(durationMs),
    source: expectation.source,
  };
}
