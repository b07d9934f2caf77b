/** The keeper where nothing can be looked at from inside: files are written anew before each lease, and workspace containers are used once. */

import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { folderArchive, workspaceDirectory } from '../pool/workspace-volume.ts';
import type { WorkspaceKeeper } from './workspace-keeper.ts';

export function copyingKeeper(runtime: ContainerRuntime, blobs: BlobStore): WorkspaceKeeper {
  const filled = new Set<string>();
  return {
    async fill({ id }, files, signal) {
      // A new container was created with them.
      if (filled.has(id)) {
        const tar = folderArchive(files, workspaceDirectory, blobs);
        await runtime.containers.copyIn(id, { directory: '/', tar }, signal);
      }
      filled.add(id);
      return { kind: 'clean' };
    },
    clean: async () => ({ kind: 'replace', reason: 'nothing in it could be verified' }),
    forget: (container) => void filled.delete(container),
  };
}
