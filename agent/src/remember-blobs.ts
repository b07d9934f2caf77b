/** Keeps what scenarios read again and again in memory: suites and lists of their files, which every lease asks for. */

import type { Sha256 } from '@cleangrid/core/ids.ts';
import { blobRememberedBytesMax, blobsRememberedBytesMax } from '@cleangrid/core/limits.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';

/** The same store. Its callers must not change the bytes that they get. */
export function rememberBlobs(blobs: BlobStore): BlobStore {
  /** The least recently used first. */
  const known = new Map<Sha256, Uint8Array>();
  let knownBytes = 0;

  const forget = (sha256: Sha256): void => {
    knownBytes -= known.get(sha256)?.length ?? 0;
    known.delete(sha256);
  };
  const remember = (sha256: Sha256, bytes: Uint8Array): void => {
    forget(sha256);
    known.set(sha256, bytes);
    knownBytes += bytes.length;
    for (const oldest of known.keys()) {
      if (knownBytes <= blobsRememberedBytesMax) return;
      forget(oldest);
    }
  };

  return {
    has: (sha256) => blobs.has(sha256),
    put: (sha256, bytes) => blobs.put(sha256, bytes),
    async get(sha256) {
      const bytes = known.get(sha256) ?? (await blobs.get(sha256));
      if (bytes.length <= blobRememberedBytesMax) remember(sha256, bytes);
      return bytes;
    },
  };
}
