import { expect, test } from 'vitest';
import { createExclusive } from './exclusive.ts';

const never = new AbortController().signal;

/** The names of the requests that were granted so far, in order. */
function granting(): {
  log: string[];
  request: (name: string, keys: string[], signal?: AbortSignal) => Promise<() => void>;
} {
  const exclusive = createExclusive();
  const log: string[] = [];
  return {
    log,
    request: async (name, keys, signal = never) => {
      const release = await exclusive.acquire(keys, signal);
      log.push(name);
      return release;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('lets requests that share nothing run together', async () => {
  const { log, request } = granting();
  void request('a', ['db']);
  void request('b', ['cache']);
  void request('c', []);
  await settle();
  expect(log).toEqual(['a', 'b', 'c']);
});

test('serves requests for the same thing one after the other, in their order', async () => {
  const { log, request } = granting();
  const first = await request('a', ['db']);
  const second = request('b', ['db', 'cache']);
  const third = request('c', ['cache']);
  void request('d', ['mail']);
  await settle();
  expect(log).toEqual(['a', 'd']);
  first();
  await settle();
  expect(log).toEqual(['a', 'd', 'b']);
  (await second)();
  await third;
  expect(log).toEqual(['a', 'd', 'b', 'c']);
});

test('forgets a request that is aborted, and serves those behind it', async () => {
  const { log, request } = granting();
  const abort = new AbortController();
  await request('a', ['db']);
  const second = request('b', ['db', 'cache'], abort.signal);
  const third = request('c', ['cache']);
  await settle();
  expect(log).toEqual(['a']);
  abort.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await third;
  expect(log).toEqual(['a', 'c']);
});
