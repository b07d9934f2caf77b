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
  /** What its processes used and left; null where the executor cannot know (plain exec) and where it never started. */
  evidence: StepEvidence | null;
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

/** What a step's whole process tree used, and how it was left. */
export interface StepEvidence {
  userCpuMs: number;
  systemCpuMs: number;
  /** Of the largest single process of the tree. */
  peakMemoryBytes: number;
  /** Processes that were still alive when the command itself had ended, and were killed. */
  survivorsKilled: number;
  /** The kernel killed a process of this container for memory while the command ran, and the command died of it. */
  oom: boolean;
  /** `gone`: proved that no process of the command is left. `kept`: as asked. `dirty`: one cannot be killed, the container is discarded. */
  processesLeft: 'gone' | 'kept' | 'dirty';
}

/** How a step was run. `none` does nothing: for measuring the grid itself. */
export type ExecutorKind = 'plain' | 'supervisor' | 'none';

/** The last lines of a service's log, kept beside a failure. */
export interface ServiceLog {
  service: ServiceName;
  lines: string[];
}
