/** The one error class for expected trouble. Wrapped once where it is met, logged once where it is handled; programmer errors are `invariant` and crash. */

/** What went wrong, for code to switch on. Messages are for people. */
export type ErrorCode =
  // a user's input
  | 'bad_suite'
  | 'bad_usage'
  | 'nothing_selected'
  // containers (port `ContainerRuntime`)
  | 'not_found'
  | 'not_running'
  | 'already_exists'
  | 'image_missing'
  | 'pull_refused'
  | 'exec_failed'
  | 'executor_killed'
  | 'daemon_unreachable'
  | 'timed_out'
  | 'disk_full'
  | 'runtime_error'
  // the grid
  | 'cancelled'
  | 'store_failed'
  | 'version_mismatch'
  | 'stale'
  | 'unavailable';

export interface GridErrorOptions {
  /** The error that led to this one. */
  cause?: unknown;
  /** What the user can do next, one sentence. */
  hint?: string;
}

export class GridError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: GridErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GridError';
    this.code = code;
    this.hint = options.hint;
  }
}

export function isGridError(error: unknown, ...codes: ErrorCode[]): error is GridError {
  return error instanceof GridError && (codes.length === 0 || codes.includes(error.code));
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Crashes when our own reasoning is wrong. Never used for what a user or a network can cause. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** Closes a `switch` over a union: a forgotten case is a compile error. */
export function unreachable(value: never): never {
  throw new Error(`invariant: unreachable case ${JSON.stringify(value)}`);
}
