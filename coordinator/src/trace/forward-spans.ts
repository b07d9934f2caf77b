/**
 * Sends stored spans to a back end, in the order of their arrival, and the root of each run after the rest of it. What a post came to is
 * stored like everything else; a process that dies in between posts again, under the same ids.
 */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import {
  spanDrainMsMax,
  spanLookMs,
  spanPauseMsFirst,
  spanPauseMsMax,
  spanPostBytesMax,
  spanPostsMax,
} from '@cleangrid/core/limits.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import type { Logger } from 'pino';
import type { RunStore } from '../run-store.ts';
import type { StoredSpans } from '../span-store.ts';
import type { Turn } from '../turn.ts';
import { rootSpan } from './root-span.ts';
import type { SinkAnswer, OtlpSink } from './otlp-sink.ts';

export interface ForwarderParts {
  store: RunStore;
  /** Resolves after the commit. */
  commit(decide: (turn: Pick<Turn, 'writes'>) => void): Promise<void>;
  sink: OtlpSink;
  meter: Meter;
  clock: Clock;
  logger: Logger;
}

export interface SpanForwarder {
  /** Sends what is left, unless the back end is away; then nothing more is sent. */
  close(): Promise<void>;
}

export function forwardSpans(parts: ForwarderParts): SpanForwarder {
  const forwarder = new Forwarder(parts);
  forwarder.look();
  return forwarder;
}

class Forwarder implements SpanForwarder {
  readonly #parts: ForwarderParts;
  /** Everything up to this batch is under way or ended. */
  #after = 0;
  #posting = 0;
  /** A post failed: the rest is waited for, then all that has not ended begins anew after a pause. */
  #hasFailed = false;
  #pauseMs = 0;
  #cancelTimer: () => void = () => {};
  #isClosed = false;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  look(): void {
    this.#cancelTimer();
    if (this.#isClosed || this.#hasFailed) return;
    try {
      this.#postWhatWaits();
    } catch (error) {
      // The event loop notices it too, and says so.
      if (!isGridError(error, 'disk_full', 'store_failed')) throw error;
    }
    this.#cancelTimer = this.#parts.clock.after(spanLookMs, () => this.look());
  }

  async close(): Promise<void> {
    const { clock, sink } = this.#parts;
    const untilMs = clock.monotonicMs() + spanDrainMsMax;
    for (this.look(); !this.#isDone() && clock.monotonicMs() < untilMs; this.look())
      await sleep(clock, spanLookMs);
    this.#isClosed = true;
    this.#cancelTimer();
    sink.close();
  }

  #isDone(): boolean {
    if (this.#pauseMs > 0) return true;
    const { spans } = this.#parts.store;
    return this.#posting === 0 && spans.waiting(0, 1).length === 0 && spans.withoutRoot(1).length === 0;
  }

  #beginAnew(): void {
    this.#hasFailed = false;
    this.#after = 0;
    this.look();
  }

  #postWhatWaits(): void {
    const { spans } = this.#parts.store;
    while (this.#posting < spanPostsMax) {
      const batches = spans.waiting(this.#after, spanPostBytesMax);
      const last = batches.at(-1);
      if (!last) break;
      this.#after = last.id;
      this.#track(this.#postBatches(batches));
    }
    // One at a time, so that none is sent twice.
    const [run] = this.#posting === 0 ? spans.withoutRoot(1) : [];
    if (run !== undefined) this.#track(this.#postRoot(run));
  }

  #track(post: Promise<void>): void {
    this.#posting += 1;
    void post
      .then(
        () => {
          if (!this.#hasFailed) this.#pauseMs = 0;
        },
        (error: unknown) => this.#fail(error),
      )
      .then(() => {
        this.#posting -= 1;
        if (!this.#hasFailed) return this.look();
        if (this.#posting > 0 || this.#isClosed) return;
        this.#cancelTimer();
        this.#cancelTimer = this.#parts.clock.after(this.#pauseMs, () => this.#beginAnew());
      });
  }

  #fail(error: unknown): void {
    // The other post that was under way says nothing new.
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, spanPauseMsFirst), spanPauseMsMax);
    const { logger } = this.#parts;
    logger.warn({ reason: messageOf(error), pauseMs: this.#pauseMs }, 'spans are kept: the back end is away');
  }

  async #postBatches(batches: StoredSpans[]): Promise<void> {
    const { sink, commit, meter } = this.#parts;
    const answer = await sink.post(batches.map(({ otlp }) => otlp));
    this.#say(answer);
    let rejected = answer.rejected === 'all' ? Number.POSITIVE_INFINITY : answer.rejected;
    const ended = batches.map(({ id, count }) => {
      const own = Math.min(rejected, count);
      rejected -= own;
      return { id, rejected: own };
    });
    await commit(({ writes }) => {
      for (const { id, rejected: own } of ended) writes.spans.ended(id, own);
    });
    const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
    const dropped = sum(ended.map((batch) => batch.rejected));
    meter.add('cleangrid.spans.dropped', dropped);
    meter.add('cleangrid.spans.arrived', sum(batches.map(({ count }) => count)) - dropped);
  }

  async #postRoot(run: RunId): Promise<void> {
    const { sink, commit, store } = this.#parts;
    const record = store.run(run);
    // Pruned meanwhile.
    if (!record) return;
    const { ordinal } = record;
    this.#say(await sink.post([encodeSpans([rootSpan(record, store.spans.counts(ordinal))])]));
    await commit(({ writes }) => writes.spans.close(ordinal));
  }

  #say({ rejected, reason }: SinkAnswer): void {
    if (rejected !== 0) this.#parts.logger.warn({ rejected, reason }, 'the back end rejected spans');
  }
}
