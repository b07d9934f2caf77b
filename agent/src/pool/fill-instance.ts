/** Brings the suite's files to an instance in which a lease's steps will run. */

import { invariant } from '@cleangrid/core/errors.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { ResetAnswer } from '../reset/instance-reset.ts';
import type { WorkspaceKeeper } from '../workspace/workspace-keeper.ts';
import type { Instance } from './instance.ts';
import { filesInWorkspace, workspaceFiles } from './workspace-volume.ts';

export interface FillParts {
  keeper: WorkspaceKeeper;
  blobs: BlobStore;
}

export interface Filling {
  instance: Instance;
  suite: PlannedSuite;
  /** The lease's key among its holders. */
  key: string;
}

/** By commands of the suite, which may be files of it. */
export function isResetByCommands({ service }: Instance): boolean {
  return service !== null && (service.reset.strategy === 'exec' || service.reset.probe !== null);
}

/** `replace`: another instance has to be taken. Rejects as the keeper does. */
export async function fillInstance(
  { keeper, blobs }: FillParts,
  { instance, suite, key }: Filling,
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const { made, holders, uses } = instance;
  const hold = holders.get(key);
  invariant(made && hold, 'what steps run in was made, and is held');
  const files = filesInWorkspace(await workspaceFiles(blobs, suite.workspace), instance.service);
  const isInUse = (): boolean => [...holders.values()].some((other) => other !== hold && other.hasFiles);
  const answer = await keeper.fill(made.container, { files, isUsed: uses > 0, isInUse }, signal);
  if (answer.kind === 'clean') hold.hasFiles = true;
  return answer;
}
