/** An agent's blobs: from its own disk where it has them, else from the coordinator, whose absence is waited out: it ends no attempt. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import { coordinatorAbsenceMsMax, reconnectMsMax } from '@cleangrid/core/limits.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';

export interface CachedBlobsParts {
  cache: BlobStore;
  origin: BlobStore;
  clock: Clock;
  /** Ends all waiting: the agent stops. */
  signal: AbortSignal;
}

/** What several ask for at once travels once. `get` throws `unavailable` after `coordinatorAbsenceMsMax`, and as the origin does. */
export function cachedBlobs(parts: CachedBlobsParts): BlobStore {
  const { cache, origin } = parts;
  const underWay = new Map<Sha256, Promise<Uint8Array>>();
  return {
    has: async (sha256) => (await cache.has(sha256)) || origin.has(sha256),
    async get(sha256) {
      const known = underWay.get(sha256);
      if (known) return known;
      const fetched = fetchBlob(sha256, parts).finally(() => underWay.delete(sha256));
      underWay.set(sha256, fetched);
      return fetched;
    },
    put: (sha256, bytes) => origin.put(sha256, bytes),
  };
}

async function fetchBlob(
  sha256: Sha256,
  { cache, origin, clock, signal }: CachedBlobsParts,
): Promise<Uint8Array> {
  if (await cache.has(sha256)) {
    const kept = await getOrNull(cache, sha256, 'not_found');
    if (kept) return kept;
  }
  const giveUpMs = clock.monotonicMs() + coordinatorAbsenceMsMax;
  for (;;) {
    const isLast = clock.monotonicMs() >= giveUpMs;
    const bytes = isLast ? await origin.get(sha256) : await getOrNull(origin, sha256, 'unavailable');
    if (bytes) {
      await cache.put(sha256, bytes);
      return bytes;
    }
    await sleep(clock, reconnectMsMax, signal);
  }
}

async function getOrNull(
  blobs: BlobStore,
  sha256: Sha256,
  expected: 'not_found' | 'unavailable',
): Promise<Uint8Array | null> {
  try {
    return await blobs.get(sha256);
  } catch (error) {
    if (isGridError(error, expected)) return null;
    throw error;
  }
}
