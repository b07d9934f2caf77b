/** A container's log as one stream, whatever happens to the connection meanwhile: without a gap, and no line twice. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { logResumePauseMs, logTimesRememberedMax } from '@cleangrid/core/limits.ts';
import type { Containers, ContainerState, LogLine } from './container-runtime.ts';

export interface FollowLogParts {
  containers: Pick<Containers, 'get' | 'logs'>;
  clock: Clock;
  /** The connection was lost; once, until the daemon answers again. */
  onLost(error: unknown): void;
}

export interface FollowLogOptions {
  /** Lines from the end to begin with; all when absent. */
  tail?: number;
  /** Only lines at or after this time by the daemon's clock. */
  sinceMs?: number;
  signal: AbortSignal;
}

/** Until the container has ended, has gone, or `signal` aborts. Throws the runtime's errors as long as it never answered. */
export async function* followLog(
  parts: FollowLogParts,
  container: string,
  { tail, sinceMs, signal }: FollowLogOptions,
): AsyncGenerator<LogLine> {
  const { containers } = parts;
  const told = new ToldLines();
  if (tail !== undefined) {
    // The last line says from where on, also when none is wanted.
    const last = { tail: Math.max(tail, 1), ...(sinceMs !== undefined && { sinceMs }) };
    for await (const line of containers.logs(container, { ...last, follow: false, signal })) {
      told.beginAt(line.at);
      told.add(line);
      if (tail > 0) yield line;
    }
  }
  let isLost = false;
  for (let isAnswered = tail !== undefined; ; ) {
    const isNew = told.resume();
    const from = told.oldestMs ?? sinceMs;
    try {
      // Asked before, so that what it said until its end is read after.
      const isRunning = !ended.has((await containers.get(container, signal)).state);
      isAnswered = true;
      isLost = false;
      const lines = containers.logs(container, {
        follow: isRunning,
        signal,
        ...(from !== undefined && { sinceMs: from }),
      });
      for await (const line of lines) {
        if (!isNew(line)) continue;
        told.add(line);
        yield line;
      }
      if (!isRunning || signal.aborted) return;
    } catch (error) {
      if (signal.aborted || (isAnswered && isGridError(error, 'not_found'))) return;
      if (!isAnswered) throw error;
      if (!isLost) parts.onLost(error);
      isLost = true;
    }
    if (!(await pause(parts.clock, signal))) return;
  }
}

const ended: ReadonlySet<ContainerState> = new Set(['created', 'exited', 'dead']);

/** False: aborted. */
async function pause(clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(clock, logResumePauseMs, signal);
    return true;
  } catch {
    return false;
  }
}

/** How many lines were told of each of the last times: Docker tells of a time again with all its lines, in the same order. */
class ToldLines {
  readonly #counts = new Map<string, number>();
  /** Of this time and before, all was told. */
  #forgotten: string | null = null;

  #beginning: string | null = null;

  /** By the daemon's clock; null: nothing was told. Lines of two streams may be out of order by a little. */
  get oldestMs(): number | null {
    const times = [...this.#counts.keys()].map((at) => Date.parse(at));
    return times.length === 0 ? null : Math.min(...times);
  }

  /** The first call counts: lines of an earlier time are not wanted. */
  beginAt(at: string): void {
    this.#beginning ??= at;
  }

  add({ at }: LogLine): void {
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size <= logTimesRememberedMax || oldest === undefined) return;
    this.#counts.delete(oldest);
    this.#forgotten = oldest;
  }

  /** For what is read from `oldestMs` on: whether a line was not told yet. */
  resume(): (line: LogLine) => boolean {
    const again = new Map(this.#counts);
    const forgotten = this.#forgotten;
    const beginning = this.#beginning;
    return ({ at }) => {
      if (forgotten !== null && at <= forgotten) return false;
      if (beginning !== null && at < beginning) return false;
      const count = again.get(at) ?? 0;
      if (count > 0) again.set(at, count - 1);
      return count === 0;
    };
  }
}
