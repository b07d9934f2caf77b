import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { blobRememberedBytesMax, blobsRememberedBytesMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { rememberBlobs } from './remember-blobs.ts';

function stand(bytesOf: (name: string) => number) {
  const reads: string[] = [];
  const blobs = rememberBlobs({
    has: async () => true,
    put: async () => undefined,
    async get(sha256) {
      reads.push(sha256);
      return new Uint8Array(bytesOf(sha256));
    },
  });
  const get = (name: string): Promise<Uint8Array> => blobs.get(id<Sha256>(name));
  return { reads, get };
}

test('reads a small blob once', async () => {
  const { reads, get } = stand(() => 3);
  for (const name of ['a', 'a', 'b', 'a']) expect(await get(name)).toHaveLength(3);
  expect(reads).toEqual(['a', 'b']);
});

test('keeps no large blob', async () => {
  const { reads, get } = stand(() => blobRememberedBytesMax + 1);
  await get('a');
  await get('a');
  expect(reads).toEqual(['a', 'a']);
});

test('forgets what was not asked for the longest where it has too many', async () => {
  const { reads, get } = stand(() => blobRememberedBytesMax);
  const fit = Math.floor(blobsRememberedBytesMax / blobRememberedBytesMax);
  for (let number = 0; number < fit; number += 1) await get(String(number));
  await get('0');
  await get('one more');
  reads.length = 0;
  await get('0');
  await get('1');
  expect(reads).toEqual(['1']);
});
