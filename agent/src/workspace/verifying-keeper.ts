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
import { compareStates, type ContainerState, readContainerState } from './container-state.ts';
import { addFiles, type FilledWorkspace, fillWorkspace } from './fill-workspace.ts';
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
    if (container.session.kind === 'plain') return notVerified;
    const { pristine } = this.#knowledgeOf(container);
    if (!pristine) return notVerified;
    return orReplaced(this.#clean(container, pristine, signal));
  }

  #knowledgeOf({ session }: KeptContainer): Knowledge {
    const known = this.#known.get(session) ?? { filled: null, pristine: null, turn: Promise.resolve() };
    this.#known.set(session, known);
    return known;
  }

  async #fill(
    { container, known }: { container: KeptContainer; known: Knowledge },
    { files, isInUse }: WantedFiles,
    signal: AbortSignal,
  ): Promise<void> {
    const parts = { ...this.#parts, containerFiles: containerFiles(container.session, signal), container };
    if (container.service === null) known.pristine ??= await readContainerState(parts, signal);
    const before = known.filled;
    known.filled = null;
    const isShared = before !== null && isInUse();
    known.filled = await (isShared ? addFiles(parts, files, before) : fillWorkspace(parts, files, before));
  }

  async #clean(container: KeptContainer, pristine: ContainerState, signal: AbortSignal): Promise<void> {
    const files = containerFiles(container.session, signal);
    const parts = { ...this.#parts, containerFiles: files, container };
    const now = await readContainerState(parts, signal, pristine.places);
    const difference = compareStates(pristine, now);
    if (difference.kind === 'changed') throw new CannotKeep(difference.what);
    async function* removals() {
      for (const path of difference.kind === 'added' ? difference.paths : []) yield removal(path);
    }
    await files.amend(removals());
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
