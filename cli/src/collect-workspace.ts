/** A suite's files → its workspace: which files its patterns mean, and what is in them. Their bytes are read again only where the coordinator lacks them. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatBytes } from '@cleangrid/core/bytes.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { workspaceFileBytesMax, workspaceReadsMax } from '@cleangrid/core/limits.ts';
import type { MadeWorkspace } from '@cleangrid/core/suite/plan-suites.ts';
import type { WorkspaceWanted } from '@cleangrid/core/suite/scope.ts';
import { encodeManifest, type WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { type FoundFile, listWorkspaceFiles } from './list-workspace-files.ts';

export interface CollectedWorkspace extends MadeWorkspace {
  /** The manifest's bytes and each file's. */
  blobs: Map<Sha256, () => Promise<Uint8Array>>;
}

/** `root`: the suite's folder. Throws `bad_suite` for what cannot be part of a workspace. */
export async function collectWorkspace(
  root: string,
  wanted: Pick<WorkspaceWanted, 'include' | 'exclude'>,
): Promise<CollectedWorkspace> {
  const found = await listWorkspaceFiles(resolve(root), wanted);
  const blobs = new Map<Sha256, () => Promise<Uint8Array>>();
  const files: WorkspaceFile[] = [];
  for (let start = 0; start < found.length; start += workspaceReadsMax) {
    const some = found.slice(start, start + workspaceReadsMax);
    const hashed = await Promise.all(some.map(hashFile));
    for (const [index, file] of hashed.entries()) {
      const source = some[index]?.absolute ?? '';
      files.push(file);
      blobs.set(file.sha256, () => readFile(source));
    }
  }
  const manifest = { files };
  const bytes = encodeManifest(manifest);
  const sha256 = id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
  blobs.set(sha256, () => Promise.resolve(bytes));
  return { manifest, sha256, blobs };
}

async function hashFile({ path, absolute, executable }: FoundFile): Promise<WorkspaceFile> {
  const hash = createHash('sha256');
  let byteCount = 0;
  try {
    for await (const chunk of createReadStream(absolute) as AsyncIterable<Uint8Array>) {
      byteCount += chunk.length;
      if (byteCount > workspaceFileBytesMax) break;
      hash.update(chunk);
    }
  } catch (error) {
    throw new GridError('bad_suite', `cannot read ${path} of the workspace: ${messageOf(error)}`, {
      cause: error,
      hint: 'Make it readable, or exclude it under [workspace].',
    });
  }
  if (byteCount > workspaceFileBytesMax)
    throw new GridError(
      'bad_suite',
      `${path} of the workspace is larger than ${formatBytes(workspaceFileBytesMax)}`,
      { hint: 'Exclude it under [workspace], or put it into an image.' },
    );
  return { path, sha256: id<Sha256>(hash.digest('hex')), byteCount, executable };
}
