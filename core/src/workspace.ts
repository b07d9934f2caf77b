/**
 * A suite's workspace: the files its steps see at /workspace. The manifest lists them; its own SHA-256 is the workspace's
 * identity, and each file's SHA-256 names the blob with its bytes, so that only what is missing travels.
 */

import type { Sha256 } from './ids.ts';

export interface WorkspaceManifest {
  /** Sorted by path (byte order), no duplicates. */
  files: WorkspaceFile[];
}

export interface WorkspaceFile {
  /** Relative, `/`-separated, without `.` or `..` segments. */
  path: string;
  sha256: Sha256;
  byteCount: number;
  executable: boolean;
}

/** The bytes whose SHA-256 is the workspace's identity: canonical JSON, one file a line. */
export function encodeManifest(manifest: WorkspaceManifest): Uint8Array {
  const lines = manifest.files.map((file) =>
    JSON.stringify([file.path, file.sha256, file.byteCount, file.executable]),
  );
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

export function decodeManifest(bytes: Uint8Array): WorkspaceManifest {
  const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  const files = lines.map((line): WorkspaceFile => {
    const [path, sha256, byteCount, executable] = JSON.parse(line) as [string, Sha256, number, boolean];
    return { path, sha256, byteCount, executable };
  });
  return { files };
}

/** Content-addressed bytes: written once, never changed. */
export interface BlobStore {
  has(sha256: Sha256): Promise<boolean>;
  /** Throws `not_found` when there is no such blob. */
  get(sha256: Sha256): Promise<Uint8Array>;
  /** Refuses bytes whose hash is another. Putting a blob again changes nothing. */
  put(sha256: Sha256, bytes: Uint8Array): Promise<void>;
}
