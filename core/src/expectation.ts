/** What a step may expect of its exit, output and duration. Each remembers where it was written, so that a failure points there. */

import type { SourcePlace } from './plan.ts';

export interface Expectations {
  exit: ExitExpectation;
  stdout: OutputExpectation[];
  stderr: OutputExpectation[];
  duration: DurationExpectation[];
}

/** `source` is null for the default, which nobody wrote: exit 0. */
export type ExitExpectation = { source: SourcePlace | null } & (
  | { kind: 'codes'; codes: number[] }
  | { kind: 'not'; code: number }
  | { kind: 'any' }
  | { kind: 'signal'; signal: string }
);

export type OutputExpectation = { source: SourcePlace } & (
  | { kind: 'equals'; text: string }
  | { kind: 'contains'; text: string }
  | { kind: 'not_contains'; text: string }
  | { kind: 'matches'; pattern: string }
  | { kind: 'not_matches'; pattern: string }
  | { kind: 'lines'; lines: string[] }
  | { kind: 'empty'; empty: boolean }
  | { kind: 'json'; values: Record<string, JsonValue> }
);

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface DurationExpectation {
  source: SourcePlace;
  comparison: 'lt' | 'lte' | 'gt' | 'gte';
  limitMs: number;
}

/** An expectation that was not met. `expected` and `actual` are texts to show side by side or as a diff. */
export interface FailedCheck {
  /** `exit`, `stdout.equals`, `capture order` …: what was checked. */
  what: string;
  expected: string;
  actual: string;
  source: SourcePlace | null;
}
