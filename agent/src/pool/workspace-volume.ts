/** Turns a suite's workspace, or a part of it, into tar bytes for a container. Files are streamed from the blob store one at a time. */

import { Readable } from 'node:stream';
import { invariant } from '@cleangrid/core/errors.ts';
import { type BlobStore, decodeManifest, type WorkspaceFile } from '@cleangrid/core/workspace.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import { type Pack, pack } from 'tar-stream';

/** Where every container that steps run in finds the suite's files. */
export const workspaceDirectory = '/workspace';

export async function workspaceFiles(blobs: BlobStore, workspace: Sha256): Promise<WorkspaceFile[]> {
  return decodeManifest(await blobs.get(workspace)).files;
}

/** Bytes of one of its files, which the plan was compiled with. */
export async function workspaceFile(
  blobs: BlobStore,
  files: readonly WorkspaceFile[],
  path: string,
): Promise<Uint8Array> {
  const file = files.find((candidate) => candidate.path === path);
  invariant(file, `the workspace has the file ${path}`);
  return blobs.get(file.sha256);
}

/** The files below `folder` (`''`: all) with paths relative to it. */
export function filesBelow(files: readonly WorkspaceFile[], folder: string): WorkspaceFile[] {
  const prefix = folder === '' || folder === '.' ? '' : `${folder}/`;
  return files
    .filter((file) => file.path.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
}

/** What /workspace of a container holds: all files, and those that its service has at other places of /workspace as well. */
export function filesInWorkspace(
  files: readonly WorkspaceFile[],
  service: PlannedService | null,
): WorkspaceFile[] {
  const placed = (service?.mounts ?? []).flatMap(({ source, target }) => {
    const file = files.find(({ path }) => path === source);
    if (!file || !target.startsWith(`${workspaceDirectory}/`)) return [];
    return [{ ...file, path: target.slice(workspaceDirectory.length + 1) }];
  });
  const places = new Set(placed.map(({ path }) => path));
  return [...files.filter(({ path }) => !places.has(path)), ...placed];
}

/**
 * A tar, to be unpacked at `/`, of the folder `target` with the files in it. Everyone may read and write them: a step may run as any user.
 * (An entry `./` would be the shorter way to set the folder's mode, but Docker passes over it.)
 */
export function folderArchive(
  files: readonly WorkspaceFile[],
  target: string,
  blobs: BlobStore,
): AsyncIterable<Uint8Array> {
  const root = `${target.slice(1).replace(/\/+$/u, '')}/`;
  return streamTar(async (tar) => {
    for (const directory of ['', ...directoriesOf(files)]) {
      const header = { name: root + directory, type: 'directory' as const, mode: 0o777 };
      await entry(tar, header, new Uint8Array(0));
    }
    for (const file of files) {
      const header = { name: root + file.path, mode: file.executable ? 0o777 : 0o666 };
      await entry(tar, header, await bytesOf(file, blobs));
    }
  });
}

/** A tar of one file, to be unpacked at `/`; folders that are there keep their modes. */
export function fileArchive(
  file: WorkspaceFile,
  target: string,
  blobs: BlobStore,
): AsyncIterable<Uint8Array> {
  return streamTar(async (tar) => {
    const header = { name: target.slice(1), mode: file.executable ? 0o777 : 0o666 };
    await entry(tar, header, await bytesOf(file, blobs));
  });
}

async function bytesOf(file: WorkspaceFile, blobs: BlobStore): Promise<Uint8Array> {
  const bytes = await blobs.get(file.sha256);
  invariant(bytes.length === file.byteCount, `blob ${file.sha256} has the size of the manifest`);
  return bytes;
}

function streamTar(fill: (tar: Pack) => Promise<void>): AsyncIterable<Uint8Array> {
  const tar = pack();
  void fill(tar).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(tar);
}

function directoriesOf(files: readonly WorkspaceFile[]): string[] {
  const directories = new Set<string>();
  for (const { path } of files) {
    const segments = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= segments.length; depth += 1)
      directories.add(`${segments.slice(0, depth).join('/')}/`);
  }
  return [...directories].toSorted();
}

interface EntryHeader {
  name: string;
  mode: number;
  type?: 'directory';
}

function entry(tar: Pack, header: EntryHeader, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ ...header, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(bytes), (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
