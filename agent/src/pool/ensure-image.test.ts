import { imageSeenMs } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { movedClock } from '../fake/moved-clock.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { createImageStore } from './ensure-image.ts';

test('looks for an image again when it was seen a while ago, and finds what was built meanwhile', async () => {
  let looks = 0;
  const images = { get: async () => ({ id: `sha256:${(looks += 1)}` }) };
  const { clock, advance } = movedClock();
  const store = createImageStore({ runtime: { images } as unknown as ContainerRuntime, clock }, new Map());
  const ids: string[] = [];
  for (const passedMs of [0, imageSeenMs - 1, 1]) {
    advance(passedMs);
    const answer = await store.ensure('postgres:15', () => undefined, new AbortController().signal);
    if (answer.kind === 'present') ids.push(answer.image.id);
  }
  expect(ids).toEqual(['sha256:1', 'sha256:1', 'sha256:2']);
});
