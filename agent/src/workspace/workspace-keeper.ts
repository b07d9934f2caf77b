/** The port to what a pooled container holds of suites: its /workspace before a lease, and, where it is a workspace container, all it may have kept after one. */

import type { ServiceName } from '@cleangrid/core/ids.ts';
import type { WorkspaceFile } from '@cleangrid/core/workspace.ts';
import type { ResetAnswer } from '../reset/instance-reset.ts';
import type { StepSession } from '../step-executor.ts';

/** Rejects with the runtime's and the session's errors, and the signal's reason. */
export interface WorkspaceKeeper {
  /** /workspace holds exactly these files: what differs is written, what is too much removed. `replace`: that cannot be had, or not be told. */
  fill(container: KeptContainer, wanted: WantedFiles, signal: AbortSignal): Promise<ResetAnswer>;
  /**
   * After a lease whose steps ran in it: /workspace as it was filled, so that the next lease of the suite costs nothing. Of a workspace container, what
   * was added to temporary places is removed as well, and everything else verified to be as the image has it.
   */
  clean(container: KeptContainer, signal: AbortSignal): Promise<ResetAnswer>;
}

export interface WantedFiles {
  files: readonly WorkspaceFile[];
  /** Whether the container was lent before, so that steps may have run in it. */
  isUsed: boolean;
  /** Whether steps of another lease may be running in it now. */
  isInUse(): boolean;
}

export interface KeptContainer {
  id: string;
  /** Null: a workspace container. */
  service: ServiceName | null;
  session: StepSession;
  /** Where the agent can read the container's changed files; null where it cannot. */
  upperDirectory: string | null;
}
