/** The first of a run's waiting shards in the order of assignment. Bounded: the others are read from the store when these are gone. */

import { waitingWindowMax } from '@cleangrid/core/limits.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { StoredShard } from './run-store.ts';

export class WaitingWindow {
  #shards: StoredShard[] = [];
  /** No shard waits in the store that is not here. */
  #isComplete = false;

  get shards(): readonly StoredShard[] {
    return this.#shards;
  }

  get isEmpty(): boolean {
    return this.#shards.length === 0;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** `read` gives the first ones of the store, which knows every move that was made. */
  refill(read: (limit: number) => StoredShard[]): void {
    this.#shards = read(waitingWindowMax);
    this.#isComplete = this.#shards.length < waitingWindowMax;
  }

  /** A shard that began to wait: left to the store where those before it are not all here. */
  add(shard: StoredShard): void {
    const index = this.#indexFor(shard);
    if (index === this.#shards.length && !this.#isComplete) return;
    this.#shards.splice(index, 0, shard);
    if (this.#shards.length <= 2 * waitingWindowMax) return;
    this.#shards.length = waitingWindowMax;
    this.#isComplete = false;
  }

  /** Most come last. */
  #indexFor(shard: StoredShard): number {
    const last = this.#shards.at(-1);
    if (!last || !comesBefore(shard, last)) return this.#shards.length;
    return this.#shards.findIndex((other) => comesBefore(shard, other));
  }

  remove(place: ShardPlace): void {
    const index = this.#shards.findIndex((other) => isSame(other.place, place));
    if (index >= 0) this.#shards.splice(index, 1);
  }

  clear(): void {
    this.#shards = [];
    this.#isComplete = false;
  }
}

function isSame(one: ShardPlace, other: ShardPlace): boolean {
  return one.scenario === other.scenario && one.slice === other.slice;
}

function comesBefore(one: StoredShard, other: StoredShard): boolean {
  if (one.expectedMs !== other.expectedMs) return one.expectedMs > other.expectedMs;
  if (one.place.scenario !== other.place.scenario) return one.place.scenario < other.place.scenario;
  return one.place.slice < other.place.slice;
}
