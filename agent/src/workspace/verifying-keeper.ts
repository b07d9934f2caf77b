/**
 * The keeper that looks: what it knows of each container is kept with its session, and a container of which it knows nothing yet is brought to what
 * it must be. Where steps run by plain exec nothing can be looked at: there a container is used once.
 */

import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { folderArchive, workspaceDirectory } from '../pool/workspace-volume.ts';
import { clean, type ResetAnswer } from '../reset/instance-reset.ts';
import type { StepSession } from '../step-executor.ts';
import { CannotKeep, containerFiles, removal } from './container-files.ts';
import {
  compareStates,
  type ContainerState,
  readContainerState,
  type StateParts,
} from './container-state.ts';
import { addFiles, type FilledWorkspace, type FillParts, fillWorkspace } from './fill-workspace.ts';
import { isSameWorkspace, wantedFiles } from './plan-amendments.ts';
import type { KeptContainer, WantedFiles, WorkspaceKeeper } from './workspace-keeper.ts';

export interface KeeperParts {
  runtime: ContainerRuntime;
  blobs: BlobStore;
}

export function createWorkspaceKeeper(parts: KeeperParts): WorkspaceKeeper {
  return new VerifyingKeeper(parts);
}

/** Of one container, as long as its session. */
interface Knowledge {
  filled: FilledWorkspace | null;
  /** No step ran in it since /workspace was looked at. */
  isUntouched: boolean;
  /** Of a workspace container, before its first lease in this life; null: none was lent yet. */
  pristine: ContainerState | null;
  /** One look at a time: several leases may begin at once where a service is shared. */
  turn: Promise<unknown>;
}

class VerifyingKeeper implements WorkspaceKeeper {
  readonly #parts: KeeperParts;
  readonly #known = new WeakMap<StepSession, Knowledge>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  async fill(container: KeptContainer, wanted: WantedFiles, signal: AbortSignal): Promise<ResetAnswer> {
    if (container.session.kind === 'plain') return this.#copy(container, wanted, signal);
    const known = this.#knowledgeOf(container);
    const filling = known.turn.then(() => this.#fill({ container, known }, wanted, signal));
    known.turn = filling.catch(() => {});
    return orReplaced(filling);
  }

  async clean(container: KeptContainer, signal: AbortSignal): Promise<ResetAnswer> {
    const isWorkspace = container.service === null;
    if (container.session.kind === 'plain') return isWorkspace ? notVerified : clean;
    const known = this.#knowledgeOf(container);
    if (isWorkspace && !known.pristine) return notVerified;
    return orReplaced(this.#clean({ container, known }, signal));
  }

  #knowledgeOf({ session }: KeptContainer): Knowledge {
    const nothing = { filled: null, isUntouched: false, pristine: null, turn: Promise.resolve() };
    const known = this.#known.get(session) ?? nothing;
    this.#known.set(session, known);
    return known;
  }

  async #fill(
    { container, known }: Kept,
    { files, isInUse }: WantedFiles,
    signal: AbortSignal,
  ): Promise<void> {
    const parts = this.#partsFor(container, signal);
    if (container.service === null) known.pristine ??= await readContainerState(parts, signal);
    const { filled, isUntouched } = known;
    const wanted = wantedFiles(files);
    known.isUntouched = false;
    if (isUntouched && filled && isSameWorkspace(filled.files, wanted)) return;
    known.filled = null;
    const isShared = filled !== null && isInUse();
    known.filled = await (isShared ? addFiles : fillWorkspace)(parts, wanted, filled);
  }

  async #clean({ container, known }: Kept, signal: AbortSignal): Promise<void> {
    const parts = this.#partsFor(container, signal);
    if (known.pristine) await removeAdded(parts, known.pristine, signal);
    const { filled } = known;
    if (!filled) return;
    known.filled = null;
    known.filled = await fillWorkspace(parts, filled.files, filled);
    known.isUntouched = known.filled.seen !== null;
  }

  #partsFor(container: KeptContainer, signal: AbortSignal): StateParts & FillParts {
    return { ...this.#parts, containerFiles: containerFiles(container.session, signal), container };
  }

  /** What steps left in one that was used before can neither be seen nor removed. */
  async #copy(
    { id }: KeptContainer,
    { files, isUsed }: WantedFiles,
    signal: AbortSignal,
  ): Promise<ResetAnswer> {
    if (isUsed) return notVerified;
    const tar = folderArchive(files, workspaceDirectory, this.#parts.blobs);
    await this.#parts.runtime.containers.copyIn(id, { directory: '/', tar }, signal);
    return clean;
  }
}

interface Kept {
  container: KeptContainer;
  known: Knowledge;
}

/** Of a workspace container. */
async function removeAdded(parts: StateParts, pristine: ContainerState, signal: AbortSignal): Promise<void> {
  const now = await readContainerState(parts, signal, pristine.places);
  const difference = compareStates(pristine, now);
  if (difference.kind === 'changed') throw new CannotKeep(difference.what);
  await parts.containerFiles.amend(difference.paths.map(removal));
}

const notVerified: ResetAnswer = { kind: 'replace', reason: 'nothing in it could be verified' };

async function orReplaced(work: Promise<void>): Promise<ResetAnswer> {
  try {
    await work;
    return clean;
  } catch (error) {
    if (error instanceof CannotKeep) return { kind: 'replace', reason: error.message };
    throw error;
  }
}
