/** What an agent reports of a step, and what is stored and shown of it. Plain data; times in milliseconds, sizes in bytes. */

import type { FailedCheck } from './expectation.ts';
import type { AgentId, ServiceName, StepId } from './ids.ts';
import type { Verdict } from './verdict.ts';

export interface StepResult {
  step: StepId;
  verdict: Verdict;
  /** Unix epoch by the agent's clock; null where the step never started. */
  startedAtMs: number | null;
  durationMs: number;
  /** How the process ended; null where it never started or its end could not be read. */
  exit: StepExit | null;
  failedChecks: FailedCheck[];
  stdout: KeptOutput;
  stderr: KeptOutput;
  where: StepPlace | null;
}

export type StepExit = { kind: 'code'; code: number } | { kind: 'signal'; signal: string };

/** The kept part of one output stream: its first and last bytes, as UTF-8 text with invalid bytes replaced. */
export interface KeptOutput {
  head: string;
  /** Empty unless something was cut. */
  tail: string;
  totalBytes: number;
  /** Bytes between head and tail that were not kept (`limits.ts`: outputKeptBytesMax). */
  cutBytes: number;
}

export const noOutput: KeptOutput = { head: '', tail: '', totalBytes: 0, cutBytes: 0 };

export interface StepPlace {
  agent: AgentId;
  /** Docker's container id, and the service's name where it was one. */
  container: string;
  service: ServiceName | null;
  executor: ExecutorKind;
}

/** How a step was run. `none` does nothing: for measuring the grid itself. */
export type ExecutorKind = 'plain' | 'supervisor' | 'none';

/** The last lines of a service's log, kept beside a failure. */
export interface ServiceLog {
  service: ServiceName;
  lines: string[];
}
