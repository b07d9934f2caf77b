/** The blobs that unfinished runs may still ask for: their suites, and the workspaces of these. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import { type BlobStore, decodeManifest } from '@cleangrid/core/workspace.ts';
import type { RunStoreReads } from './run-store.ts';

/** Throws as the store and the blobs do; one that is missing already is passed over. */
export async function neededBlobs(
  store: Pick<RunStoreReads, 'unfinishedRuns'>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<Set<Sha256>> {
  const needed = new Set<Sha256>();
  for (const { suites } of store.unfinishedRuns()) {
    for (const { blob } of suites) {
      if (needed.has(blob)) continue;
      needed.add(blob);
      const suite = await getOrNull(blobs, blob);
      if (suite)
        await addWorkspace(JSON.parse(new TextDecoder().decode(suite)) as PlannedSuite, blobs, needed);
    }
  }
  return needed;
}

async function addWorkspace(
  { workspace }: PlannedSuite,
  blobs: Pick<BlobStore, 'get'>,
  needed: Set<Sha256>,
): Promise<void> {
  needed.add(workspace);
  const manifest = await getOrNull(blobs, workspace);
  if (manifest) for (const { sha256 } of decodeManifest(manifest).files) needed.add(sha256);
}

async function getOrNull(blobs: Pick<BlobStore, 'get'>, sha256: Sha256): Promise<Uint8Array | null> {
  try {
    return await blobs.get(sha256);
  } catch (error) {
    if (isGridError(error, 'not_found')) return null;
    throw error;
  }
}
