/** Who watches which run. A watch reads the store by its own cursor; here it is only woken, and handed what is never stored. */

import type { RunId } from '@cleangrid/core/ids.ts';
import { liveEventsMax } from '@cleangrid/core/limits.ts';
import type { RunEvent } from '@cleangrid/core/run-service.ts';

/** An event that is not replayed; it gets the cursor of the event before it. */
export type LiveEvent = RunEvent extends infer Event
  ? Event extends { kind: 'step_started' | 'scenario_preparing' | 'waiting' }
    ? Omit<Event, 'cursor'>
    : never
  : never;

export class Watchers {
  readonly #watches = new Map<RunId, Set<Watch>>();
  #isClosed = false;

  add(run: RunId): Watch {
    const watch = new Watch(this.#isClosed);
    const watches = this.#watches.get(run) ?? new Set();
    this.#watches.set(run, watches.add(watch));
    return watch;
  }

  remove(run: RunId, watch: Watch): void {
    const watches = this.#watches.get(run);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(run);
  }

  has(run: RunId): boolean {
    return this.#watches.has(run);
  }

  wake(run: RunId): void {
    for (const watch of this.#watches.get(run) ?? []) watch.wake();
  }

  tell(run: RunId, event: LiveEvent): void {
    for (const watch of this.#watches.get(run) ?? []) watch.tell(event);
  }

  tellAll(event: LiveEvent): void {
    for (const run of this.#watches.keys()) this.tell(run, event);
  }

  close(): void {
    this.#isClosed = true;
    for (const watches of this.#watches.values()) for (const watch of watches) watch.close();
  }
}

export class Watch {
  #live: LiveEvent[] = [];
  #isClosed: boolean;
  #isWoken = true;
  #hasStored = true;
  #wakeUp: (() => void) | null = null;

  constructor(isClosed: boolean) {
    this.#isClosed = isClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when something may have changed since the last call. */
  async changed(signal: AbortSignal): Promise<void> {
    if (!this.#isWoken && !this.#isClosed && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const abort = (): void => resolve();
      this.#wakeUp = resolve;
      signal.addEventListener('abort', abort, { once: true });
      await promise;
      signal.removeEventListener('abort', abort);
      this.#wakeUp = null;
    }
    this.#isWoken = false;
  }

  /** Whether the store may have more of the run than when this was last asked. */
  takeStored(): boolean {
    const hasStored = this.#hasStored;
    this.#hasStored = false;
    return hasStored;
  }

  takeLive(): LiveEvent[] {
    return this.#live.splice(0);
  }

  tell(event: LiveEvent): void {
    this.#live.push(event);
    if (this.#live.length > liveEventsMax) this.#live.shift();
    this.#rouse();
  }

  wake(): void {
    this.#hasStored = true;
    this.#rouse();
  }

  close(): void {
    this.#isClosed = true;
    this.#rouse();
  }

  #rouse(): void {
    this.#isWoken = true;
    this.#wakeUp?.();
  }
}
