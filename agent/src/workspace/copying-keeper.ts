/**
 * The keeper that looks at nothing: the suite's files are written anew before each lease, what somebody added beside them in a service's container
 * stays, and workspace containers are used once.
 */

import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { folderArchive, workspaceDirectory } from '../pool/workspace-volume.ts';
import type { WorkspaceKeeper } from './workspace-keeper.ts';

export function copyingKeeper(runtime: ContainerRuntime, blobs: BlobStore): WorkspaceKeeper {
  return {
    // Also into one that nobody used: it may have been made for another suite, or before the files were edited.
    async fill({ id }, files, signal) {
      const tar = folderArchive(files, workspaceDirectory, blobs);
      await runtime.containers.copyIn(id, { directory: '/', tar }, signal);
      return { kind: 'clean' };
    },
    clean: async () => ({ kind: 'replace', reason: 'nothing in it could be verified' }),
  };
}
