import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { coordinatorAbsenceMsMax, reconnectMsMax } from '@cleangrid/core/limits.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { beforeEach, expect, test } from 'vitest';
import { cachedBlobs } from './cached-blobs.ts';
import { manualClock } from './fake/manual-clock.ts';

const sha256 = id<Sha256>('a');
const bytes = new Uint8Array([1]);
const away = new GridError('unavailable', 'away');

let kept: Map<Sha256, Uint8Array>;
let asked: number;
let answer: () => Promise<Uint8Array>;
let blobs: BlobStore;
const clock = manualClock();
let stopping: AbortController;

beforeEach(() => {
  kept = new Map();
  asked = 0;
  answer = async () => bytes;
  stopping = new AbortController();
  const cache: BlobStore = {
    has: async (wanted) => kept.has(wanted),
    get: async (wanted) => kept.get(wanted) ?? Promise.reject(new GridError('not_found', 'pruned')),
    put: async (name, content) => void kept.set(name, content),
  };
  const origin: BlobStore = {
    has: async () => true,
    get: async () => {
      asked += 1;
      return answer();
    },
    put: async () => {},
  };
  blobs = cachedBlobs({ cache, origin, clock, signal: stopping.signal });
});

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test('asks the coordinator once, however many want it, and then never again', async () => {
  expect(await Promise.all([blobs.get(sha256), blobs.get(sha256)])).toEqual([bytes, bytes]);
  expect(await blobs.get(sha256)).toBe(bytes);
  expect(asked).toBe(1);
});

test('waits for a coordinator that is away', async () => {
  answer = () => Promise.reject(away);
  const got = blobs.get(sha256);
  await settle();
  answer = async () => bytes;
  clock.advance(reconnectMsMax);
  expect(await got).toBe(bytes);
  expect(asked).toBe(2);
});

test('gives up when the coordinator stays away, and when the agent stops', async () => {
  answer = () => Promise.reject(away);
  const tooLong = blobs.get(sha256);
  await settle();
  clock.advance(coordinatorAbsenceMsMax);
  await expect(tooLong).rejects.toBe(away);
  const stopped = blobs.get(sha256);
  await settle();
  stopping.abort(new Error('the agent stops'));
  await expect(stopped).rejects.toThrow('the agent stops');
});

test('does not ask again for what is not there', async () => {
  answer = () => Promise.reject(new GridError('not_found', 'no such blob'));
  await expect(blobs.get(sha256)).rejects.toMatchObject({ code: 'not_found' });
  expect(asked).toBe(1);
});
