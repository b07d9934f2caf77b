import { GridError } from '@cleangrid/core/errors.ts';
import { logTimesRememberedMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import type {
  ContainerDetails,
  Containers,
  ContainerState,
  LogLine,
  LogOptions,
} from './container-runtime.ts';
import { movedClock } from './fake/moved-clock.ts';
import { followLog, type FollowLogOptions } from './follow-log.ts';

const timeOf = (index: number, perTime: number): string =>
  `2026-01-01T00:00:00.${String(100_000_000 + Math.floor(index / perTime)).padStart(9, '0')}Z`;

/** A container that said so many lines, `perTime` of them at the same nanosecond; its connection is cut after each of `cuts` lines. */
function host({ lines = 6, perTime = 1, cuts = [] as number[], error = null as GridError | null } = {}) {
  const { clock, advance } = movedClock();
  const log = Array.from(
    { length: lines },
    (_, index): LogLine => ({
      stream: index % 2 === 0 ? 'stdout' : 'stderr',
      text: `line ${index}`,
      at: timeOf(index, perTime),
    }),
  );
  const left = [...cuts];
  let state: ContainerState = 'running';
  let told = 0;
  const asked: LogOptions[] = [];
  const containers: Pick<Containers, 'get' | 'logs'> = {
    async get() {
      if (told === log.length) state = 'exited';
      return { state } as ContainerDetails;
    },
    async *logs(_, options) {
      asked.push(options);
      const { tail = log.length, sinceMs = 0, follow } = options;
      const from = log.slice(log.length - tail).filter(({ at }) => Date.parse(at) >= sinceMs);
      for (const line of from) {
        if (follow && Number(line.text.slice(5)) === left[0]) {
          left.shift();
          if (error) throw error;
          return;
        }
        told = Math.max(told, log.indexOf(line) + 1);
        yield line;
      }
    },
  };
  const lost: unknown[] = [];
  const follow = async (options: Partial<FollowLogOptions> = {}): Promise<number[]> => {
    const texts: number[] = [];
    const parts = { containers, clock, onLost: (cause: unknown) => void lost.push(cause) };
    const signal = options.signal ?? new AbortController().signal;
    const done: true[] = [];
    const reading = (async () => {
      for await (const { text } of followLog(parts, 'c', { ...options, signal }))
        texts.push(Number(text.slice(5)));
    })().finally(() => done.push(true));
    reading.catch(() => undefined);
    while (done.length === 0) {
      advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reading;
    return texts;
  };
  return { follow, lost, asked, containers };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test.each([1, 2, 3])(
  'tells each line once over cuts in the midst of %i lines of one time',
  async (perTime) => {
    const { follow } = host({ lines: 7, perTime, cuts: [1, 2, 3, 4, 5, 6] });
    expect(await follow()).toEqual(numbers(7));
  },
);

test('goes on when the daemon comes back, and says so once for each time', async () => {
  const error = new GridError('daemon_unreachable', 'restarting');
  const { follow, lost } = host({ cuts: [2, 4], error });
  expect(await follow()).toEqual(numbers(6));
  expect(lost).toEqual([error, error]);
});

test('does not tell again what it remembers no more', async () => {
  const lines = logTimesRememberedMax * 2;
  const { follow, asked } = host({ lines, cuts: [lines - 1] });
  expect(await follow()).toEqual(numbers(lines));
  // Nor does it read all of the log again.
  expect(asked[1]?.sinceMs).toBe(Date.parse(timeOf(0, 1)));
});

test('begins with the last lines, and none is lost when the connection is', async () => {
  expect(await host({ cuts: [5] }).follow({ tail: 2 })).toEqual([4, 5]);
  expect(await host({ cuts: [5] }).follow({ tail: 0 })).toEqual([]);
});

test('begins with a time', async () => {
  const { follow, asked } = host();
  await follow({ sinceMs: 42 });
  expect(asked[0]?.sinceMs).toBe(42);
});

test('ends when the container has gone, and fails where it never was', async () => {
  const gone = new GridError('not_found', 'no such container');
  const { follow, lost } = host({ cuts: [3], error: gone });
  expect(await follow()).toEqual([0, 1, 2]);
  expect(lost).toEqual([]);
  const never = host();
  never.containers.get = () => Promise.reject(gone);
  await expect(never.follow()).rejects.toBe(gone);
});
