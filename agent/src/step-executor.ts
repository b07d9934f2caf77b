/** The port that runs one command in a container. Adapters: plain `docker exec`, the supervisor, and one that does nothing. */

import type { ExecutorKind, StepExit } from '@cleangrid/core/result.ts';

export interface StepExecutor {
  readonly kind: ExecutorKind;
  /** Prepares running commands in a started container; cheap to call, kept by the caller for the container's life. */
  open(containerId: string, signal: AbortSignal): Promise<StepSession>;
}

/** Many commands in one container, at once if wanted. */
export interface StepSession {
  /**
   * Runs a command to its end. What the command does is an outcome; rejects with a `GridError` only for the grid's own trouble
   * (`daemon_unreachable`, `not_running`, `not_found`, `timed_out`). When `signal` aborts, the command's processes are ended (TERM,
   * grace, KILL) and the outcome says `cancelled`.
   */
  run(command: ExecCommand, output: OutputSink, signal: AbortSignal): Promise<ExecOutcome>;
  close(): Promise<void>;
}

export interface ExecCommand {
  argv: string[];
  /** Added to the container's own environment. */
  env: Record<string, string>;
  /** Null: the container's. */
  workdir: string | null;
  /** Name or uid, optionally `:group`; null: the container's. */
  user: string | null;
  /** Null: /dev/null. */
  stdin: Uint8Array | null;
  timeoutMs: number;
}

/** Called in order, before `run` resolves. Chunks are valid only during the call. A returned promise holds back further output. */
export type OutputSink = (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;

export type ExecOutcome = { durationMs: number } & (
  | { kind: 'exited'; exit: StepExit }
  /** Never started: not found, not executable, no such workdir or user. The step's own fault. */
  | { kind: 'not_started'; message: string }
  | { kind: 'timed_out'; exit: StepExit | null }
  | { kind: 'cancelled'; exit: StepExit | null }
);
