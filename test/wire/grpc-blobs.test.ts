import { createHash, randomBytes } from 'node:crypto';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { GrpcBlobStore } from '@cleangrid/proto/adapters/grpc-blob-store.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGrpc } from './open-grpc.ts';

// Real sockets and threads, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

class MemoryBlobs implements BlobStore {
  readonly kept = new Map<Sha256, Uint8Array>();

  has(sha256: Sha256): Promise<boolean> {
    return Promise.resolve(this.kept.has(sha256));
  }

  async get(sha256: Sha256): Promise<Uint8Array> {
    const bytes = this.kept.get(sha256);
    if (bytes) return bytes;
    throw new GridError('not_found', `there is no blob ${sha256}`);
  }

  async put(sha256: Sha256, bytes: Uint8Array): Promise<void> {
    if (hash(bytes) !== sha256) throw new GridError('bad_usage', 'these are other bytes');
    this.kept.set(sha256, bytes);
  }
}

function hash(bytes: Uint8Array): Sha256 {
  return id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
}

describe('BlobStore over gRPC', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  async function open() {
    const kept = new MemoryBlobs();
    const server = await openGrpc({ blobs: kept });
    cleanups.push(() => server.close(0));
    const blobs = new GrpcBlobStore(server.target, systemClock);
    cleanups.push(() => blobs.close());
    return { kept, blobs };
  }

  it.each([0, 1, 1_048_576, 1_048_577, 10_000_000])('carries %i bytes there and back', async (byteCount) => {
    const { blobs } = await open();
    const bytes = randomBytes(byteCount);
    const sha256 = hash(bytes);
    expect(await blobs.has(sha256)).toBe(false);
    await blobs.put(sha256, bytes);
    expect(await blobs.has(sha256)).toBe(true);
    expect(Buffer.compare(await blobs.get(sha256), bytes)).toBe(0);
  });

  it('says that a blob is not there', async () => {
    const { blobs } = await open();
    await expect(blobs.get(hash(Buffer.from('a')))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses bytes whose hash is another, on the way in and on the way out', async () => {
    const { blobs, kept } = await open();
    const [wanted, other] = [Buffer.from('a'), Buffer.from('b')];
    await expect(blobs.put(hash(wanted), other)).rejects.toMatchObject({ code: 'bad_usage' });
    kept.kept.set(hash(wanted), other);
    await expect(blobs.get(hash(wanted))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('asks a store for nothing but hashes', async () => {
    const { blobs } = await open();
    await expect(blobs.get(id<Sha256>('../../etc/passwd'))).rejects.toMatchObject({ code: 'bad_usage' });
  });
});
