/** Gathers messages while the transport is busy and hands it several at once: a batch costs little more than one message. */

import type { Defer } from '@cleangrid/core/defer.ts';
import { linkMessagesMax, wireBatchWeightMax } from '@cleangrid/core/limits.ts';

export interface BatchSink<Message> {
  /** Sends a batch; calls `taken` when the transport can take the next one. */
  write(batch: Message[], taken: () => void): void;
  /** How much of a batch a message takes: 1 or more. */
  weigh(message: Message): number;
  defer: Defer;
}

/** At most one batch is with the transport, so that a peer that does not read costs one batch and the queue. */
export class BatchWriter<Message> {
  readonly #sink: BatchSink<Message>;
  #queue: Message[] = [];
  #queuedWeight = 0;
  #isBusy = false;
  #isStopped = false;
  #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(sink: BatchSink<Message>) {
    this.#sink = sink;
  }

  /** False: the queue is above its mark; await `drained`. */
  send(message: Message): boolean {
    if (this.#isStopped) return true;
    this.#queue.push(message);
    this.#queuedWeight += this.#sink.weigh(message);
    this.#schedule();
    return !this.#isFull;
  }

  async drained(): Promise<void> {
    if (!this.#isFull) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when the transport has taken everything, or the writer was stopped. */
  async flushed(): Promise<void> {
    if (!this.#isBusy) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** The transport is gone: what is queued is dropped and nobody waits any more. */
  stop(): void {
    this.#isStopped = true;
    this.#queue = [];
    this.#queuedWeight = 0;
    this.#release();
    this.#rest();
  }

  get #isFull(): boolean {
    return this.#queuedWeight >= linkMessagesMax;
  }

  /** The rest of this turn's messages travel in the same batch. */
  #schedule(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#sink.defer(() => this.#writeNext());
  }

  #writeNext(): void {
    const batch = this.#takeBatch();
    if (batch.length === 0) return this.#rest();
    if (!this.#isFull) this.#release();
    this.#sink.write(batch, () => this.#sink.defer(() => this.#writeNext()));
  }

  #takeBatch(): Message[] {
    let total = 0;
    let count = 0;
    for (const message of this.#queue) {
      const weight = this.#sink.weigh(message);
      if (count > 0 && total + weight > wireBatchWeightMax) break;
      total += weight;
      count += 1;
    }
    this.#queuedWeight -= total;
    return this.#queue.splice(0, count);
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #rest(): void {
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
