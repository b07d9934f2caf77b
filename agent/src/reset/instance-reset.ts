/** The port to how one service container is made ready for leases and clean after them. One object per container; strategies are its adapters. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { StepSession } from '../step-executor.ts';

/** Methods are called one at a time, except for `openNamespace` and the namespaces' `close`. They reject with the session's errors and the signal's reason only. */
export interface InstanceReset {
  /** Once after the container became ready: templates, setup files. What a suite's file does wrong is `refused`. */
  prepare(signal: AbortSignal): Promise<ResetAnswer>;
  /** Instead, where an earlier life of the agent prepared it and left it clean. */
  resume(signal: AbortSignal): Promise<ResetAnswer>;
  /** After an exclusive lease: clean, and verified to be. */
  reset(signal: AbortSignal): Promise<ResetAnswer>;
  /** Of `isolation = "shared"`: a place of its own for one lease. */
  openNamespace(signal: AbortSignal): Promise<NamespaceAnswer>;
}

/** What one strategy does; without `resume` it prepares again, without `openNamespace` its service cannot be shared. */
export type Strategy = Pick<InstanceReset, 'prepare' | 'reset'> &
  Partial<Pick<InstanceReset, 'resume' | 'openNamespace'>>;

/** `replace`: it may not be lent again, for the reason given. */
export type ResetAnswer =
  | { kind: 'clean' }
  | { kind: 'replace'; reason: string }
  | { kind: 'refused'; verdict: Verdict };

export const clean: ResetAnswer = { kind: 'clean' };

export type NamespaceAnswer =
  | { kind: 'opened'; namespace: Namespace }
  | Exclude<ResetAnswer, { kind: 'clean' }>;

export interface Namespace {
  /** The database's name or number. */
  readonly database: string;
  /** Removes it and what is in it. */
  close(signal: AbortSignal): Promise<ResetAnswer>;
}

export interface ResetParts {
  service: PlannedService;
  session: StepSession;
  /** The files that `reset.setup` names, in order. */
  setup: readonly { path: string; bytes: Uint8Array }[];
  clock: Clock;
}
