import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { encodeManifest } from '@cleangrid/core/workspace.ts';
import { expect, it } from 'vitest';
import { neededBlobs } from './needed-blobs.ts';
import type { StoredRun } from './run-store.ts';

const [suite, workspace, file, gone] = ['a', 'b', 'c', 'd'].map((letter) => id<Sha256>(letter.repeat(64)));
if (!suite || !workspace || !file || !gone) throw new Error('four hashes');

const contents = new Map<Sha256, Uint8Array>([
  [suite, new TextEncoder().encode(JSON.stringify({ workspace }))],
  [workspace, encodeManifest({ files: [{ path: 'a.sql', sha256: file, byteCount: 1, executable: false }] })],
]);
const blobs = {
  get: async (sha256: Sha256) =>
    contents.get(sha256) ?? Promise.reject(new GridError('not_found', 'there is no such blob')),
};

function storeOf(...suites: Sha256[]) {
  const run = { suites: suites.map((blob) => ({ name: '', file: '', blob })) } as StoredRun;
  return { unfinishedRuns: () => [run, run] };
}

it('needs the suites of unfinished runs, their workspaces, and the files of these', async () => {
  expect(await neededBlobs(storeOf(suite), blobs)).toEqual(new Set([suite, workspace, file]));
  expect(await neededBlobs({ unfinishedRuns: () => [] }, blobs)).toEqual(new Set());
});

it('passes over a suite that is missing already', async () => {
  expect(await neededBlobs(storeOf(gone, suite), blobs)).toEqual(new Set([gone, suite, workspace, file]));
});

it('rejects when the blobs cannot be read, so that nothing is removed', async () => {
  const broken = { get: () => Promise.reject(new GridError('store_failed', 'no disk')) };
  await expect(neededBlobs(storeOf(suite), broken)).rejects.toMatchObject({ code: 'store_failed' });
});
