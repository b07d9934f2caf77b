import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BlobsKept, type DirectoryBlobStore, openDirectoryBlobStore } from './directory-blob-store.ts';

let directory: string;
let blobs: DirectoryBlobStore;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-blobs-'));
  blobs = await openDirectoryBlobStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** 100 bytes, last used at that time. */
async function put(letter: string, usedAtMs: number): Promise<Sha256> {
  const bytes = Buffer.from(letter.repeat(100));
  const sha256 = id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
  await blobs.put(sha256, bytes);
  utimesSync(join(directory, sha256), new Date(usedAtMs), new Date(usedAtMs));
  return sha256;
}

const everything: BlobsKept = { needed: new Set(), usedSinceMs: 0, bytes: 10_000, freshSinceMs: 0 };

test('removes what was not asked for in a long time, but for what is needed', async () => {
  const [old, needed, young] = [await put('a', 1_000), await put('b', 1_000), await put('c', 9_000)];
  expect(await blobs.prune({ ...everything, needed: new Set([needed]), usedSinceMs: 5_000 })).toBe(1);
  expect(await Promise.all([old, needed, young].map((one) => blobs.has(one)))).toEqual([false, true, true]);
});

test('of too many bytes removes the longest unused, and none that is fresh', async () => {
  const made = [await put('a', 1_000), await put('b', 2_000), await put('c', 3_000), await put('d', 4_000)];
  expect(await blobs.prune({ ...everything, bytes: 200, freshSinceMs: 5_000 })).toBe(2);
  expect(await Promise.all(made.map((one) => blobs.has(one)))).toEqual([false, false, true, true]);
  expect(await blobs.prune({ ...everything, bytes: 0, freshSinceMs: 3_500 })).toBe(0);
});

test('keeps what was asked for since', async () => {
  const used = await put('a', 1_000);
  expect(await blobs.has(used)).toBe(true);
  expect(await blobs.prune({ ...everything, usedSinceMs: 5_000 })).toBe(0);
});

test('refuses bytes of another hash, and does not have what was never put', async () => {
  const other = id<Sha256>('0'.repeat(64));
  await expect(blobs.put(other, new Uint8Array([1]))).rejects.toMatchObject({ code: 'bad_suite' });
  expect(await blobs.has(other)).toBe(false);
  await expect(blobs.get(other)).rejects.toMatchObject({ code: 'not_found' });
});
