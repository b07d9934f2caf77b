import { containerStartsAtOnceMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import type { ContainerRuntime } from './container-runtime.ts';
import { createFakeRuntime } from './fake/fake-runtime.ts';
import { virtualClock } from './fake/virtual-clock.ts';
import { limitStarts } from './limit-starts.ts';

/** A host whose starts go on until `finish`. */
function slowHost() {
  const runtime = createFakeRuntime({ clock: virtualClock(), images: {}, programs: () => null });
  const started: string[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const host: ContainerRuntime = limitStarts({
    ...runtime,
    containers: {
      ...runtime.containers,
      start(container) {
        started.push(container);
        const end = Promise.withResolvers<void>();
        ends.push(end);
        return end.promise;
      },
    },
  });
  return { host, started, ends };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

test('starts a few containers at once, the others in the order in which they were asked for', async () => {
  const { host, started, ends } = slowHost();
  const all = names(containerStartsAtOnceMax + 2).map((name) => host.containers.start(name));
  await turn();
  expect(started).toEqual(names(containerStartsAtOnceMax));
  ends[0]?.resolve();
  await turn();
  expect(started).toEqual(names(containerStartsAtOnceMax + 1));
  // One that fails gives its turn on as well.
  ends[1]?.reject(new Error('no such container'));
  await expect(all[1]).rejects.toThrow('no such container');
  expect(started).toEqual(names(containerStartsAtOnceMax + 2));
});

test('gives up waiting for a turn', async () => {
  const { host, started, ends } = slowHost();
  for (const name of names(containerStartsAtOnceMax)) void host.containers.start(name);
  const leaving = new AbortController();
  const waiting = host.containers.start('late', leaving.signal);
  leaving.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  ends[0]?.resolve();
  await turn();
  expect(started).not.toContain('late');
});
