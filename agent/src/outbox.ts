/** Results on their way to the coordinator: batched into frames, kept until their commit is answered, sent again on each new connection (rule 8). */

import type { Clock } from '@cleangrid/core/clock.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import {
  frameBytesMax,
  frameDelayMsMax,
  frameResultsMax,
  outboxBytesMax,
  spanBytesEstimate,
} from '@cleangrid/core/limits.ts';
import type { AttemptClose, AttemptRef, FromAgent } from '@cleangrid/core/protocol.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { attemptKey } from './attempt-key.ts';
import { resultBytes } from './result-bytes.ts';

/** The last message of an attempt: a close is answered, `stopped` is not. */
export type AttemptEnd =
  | { kind: 'close'; close: Omit<AttemptClose, 'lastSeq'> }
  | { kind: 'stopped'; survivors: number };

export interface OutboxOptions {
  clock: Clock;
  /** The connection: frames wait while it is not writable. */
  link: { readonly writable: boolean; send(message: FromAgent): void };
  /** Everything of this attempt is stored, or nobody wants it. */
  settled: (ref: AttemptRef) => void;
  /** It was full and no longer is. */
  room: () => void;
}

interface Frame {
  seq: number;
  results: StepResult[];
  spans: SpanBatch | null;
  byteCount: number;
}

interface Entry {
  ref: AttemptRef;
  batch: StepResult[];
  spans: Span[];
  /** Of programs. */
  foreign: SpanBatch[];
  batchBytes: number;
  /** Made and not yet stored, in order. */
  frames: Frame[];
  lastSeq: number;
  /** Highest number sent on this connection. */
  sentSeq: number;
  end: AttemptEnd | null;
  endSent: boolean;
  /** Reports that are held back while the outbox is full. */
  heldBack: (() => void)[];
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, Entry>();
  /** Entries with a frame or an end that this connection has not carried. */
  readonly #unsent = new Set<Entry>();
  /** Entries whose newest results wait for others to share their frame. */
  readonly #batching = new Set<Entry>();
  /** That of the last result: a quick step is followed by another of the same attempt. */
  #latest: Entry | null = null;
  #flushIsDue = false;
  #byteCount = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#byteCount >= outboxBytesMax;
  }

  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** The promise, if any, resolves when there is room again, or nothing of the attempt is wanted any more. */
  add(ref: AttemptRef, result: StepResult): void | Promise<void> {
    const entry = this.#entry(ref);
    invariant(entry.end === null, `a result came after the end of attempt ${attemptKey(ref)}`);
    entry.batch.push(result);
    this.#grow(entry, resultBytes(result));
    if (this.full) return new Promise((resolve) => entry.heldBack.push(resolve));
  }

  /** Never holds anything back: spans are few for each result, and results do. */
  addSpan(ref: AttemptRef, span: Span): void {
    const entry = this.#entry(ref);
    invariant(entry.end === null, `a span came after the end of attempt ${attemptKey(ref)}`);
    entry.spans.push(span);
    this.#grow(entry, spanBytesEstimate);
  }

  /** The same of those of programs, whose number and size an attempt bounds. */
  addSpanBatch(ref: AttemptRef, batch: SpanBatch): void {
    const entry = this.#entry(ref);
    invariant(entry.end === null, `spans came after the end of attempt ${attemptKey(ref)}`);
    entry.foreign.push(batch);
    this.#grow(entry, batch.otlp.length);
  }

  end(ref: AttemptRef, end: AttemptEnd): void {
    const entry = this.#entry(ref);
    this.#closeFrame(entry);
    entry.end = end;
    this.#unsent.add(entry);
    this.pump();
  }

  framesStored(ref: AttemptRef, seq: number): void {
    const entry = this.#entries.get(attemptKey(ref));
    if (!entry) return;
    const stored = entry.frames.filter((frame) => frame.seq <= seq);
    entry.frames = entry.frames.slice(stored.length);
    entry.sentSeq = Math.max(entry.sentSeq, seq);
    this.#free(stored.reduce((sum, frame) => sum + frame.byteCount, 0));
    this.#settleWhenDone(entry);
  }

  closeStored(ref: AttemptRef): void {
    this.forget(ref);
    this.#options.settled(ref);
  }

  /** Drops what is left of an attempt whose results nobody wants. */
  forget(ref: AttemptRef): void {
    const entry = this.#entries.get(attemptKey(ref));
    if (!entry) return;
    this.#entries.delete(attemptKey(ref));
    if (this.#latest === entry) this.#latest = null;
    this.#unsent.delete(entry);
    this.#batching.delete(entry);
    this.#free(entry.frames.reduce((sum, frame) => sum + frame.byteCount, entry.batchBytes));
    releaseHeldBack(entry);
  }

  /** Lets an attempt that is being stopped go on, so that it can end, however full the outbox is. */
  release(ref: AttemptRef): void {
    const entry = this.#entries.get(attemptKey(ref));
    if (entry) releaseHeldBack(entry);
  }

  /** After each welcome: nothing that is not stored counts as sent. */
  resend(): void {
    for (const entry of this.#entries.values()) {
      entry.sentSeq = entry.lastSeq - entry.frames.length;
      entry.endSent = false;
      if (entry.frames.length > 0 || entry.end !== null) this.#unsent.add(entry);
    }
    this.pump();
  }

  /** Sends what the connection takes. */
  pump(): void {
    for (const entry of this.#unsent) {
      if (!this.#sendEntry(entry)) return;
      this.#unsent.delete(entry);
      this.#settleWhenDone(entry);
    }
  }

  #sendEntry(entry: Entry): boolean {
    const { link } = this.#options;
    for (const { seq, results, spans } of entry.frames) {
      if (seq <= entry.sentSeq) continue;
      if (!link.writable) return false;
      entry.sentSeq = seq;
      link.send({ kind: 'frame', ref: entry.ref, seq, results, ...(spans && { spans }) });
    }
    if (entry.end === null || entry.endSent) return true;
    if (!link.writable) return false;
    entry.endSent = true;
    link.send(endMessage(entry.ref, entry.end, entry.lastSeq));
    return true;
  }

  /** `stopped` is not answered: such an attempt is done when it was sent and its frames are stored. */
  #settleWhenDone(entry: Entry): void {
    if (entry.end?.kind !== 'stopped' || !entry.endSent || entry.frames.length > 0) return;
    this.forget(entry.ref);
    this.#options.settled(entry.ref);
  }

  #grow(entry: Entry, byteCount: number): void {
    entry.batchBytes += byteCount;
    this.#byteCount += byteCount;
    if (entry.batch.length >= frameResultsMax || entry.batchBytes >= frameBytesMax) {
      this.#closeFrame(entry);
      return this.pump();
    }
    this.#batching.add(entry);
    if (!this.#flushIsDue) this.#options.clock.after(frameDelayMsMax, () => this.#flush());
    this.#flushIsDue = true;
  }

  #flush(): void {
    this.#flushIsDue = false;
    for (const entry of this.#batching) this.#closeFrame(entry);
    this.pump();
  }

  #closeFrame(entry: Entry): void {
    this.#batching.delete(entry);
    if (entry.batch.length === 0 && entry.spans.length === 0 && entry.foreign.length === 0) return;
    entry.lastSeq += 1;
    const { batch: results, batchBytes: byteCount } = entry;
    entry.frames.push({ seq: entry.lastSeq, results, spans: batchOf(entry), byteCount });
    entry.batch = [];
    entry.spans = [];
    entry.foreign = [];
    entry.batchBytes = 0;
    this.#unsent.add(entry);
  }

  #free(byteCount: number): void {
    const wasFull = this.full;
    this.#byteCount -= byteCount;
    if (!wasFull || this.full) return;
    for (const entry of this.#entries.values()) releaseHeldBack(entry);
    this.#options.room();
  }

  #entry(ref: AttemptRef): Entry {
    if (this.#latest?.ref === ref) return this.#latest;
    const key = attemptKey(ref);
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = {
        ref,
        batch: [],
        spans: [],
        foreign: [],
        batchBytes: 0,
        frames: [],
        lastSeq: 0,
        sentSeq: 0,
        end: null,
        endSent: false,
        heldBack: [],
      };
      this.#entries.set(key, entry);
    }
    this.#latest = entry;
    return entry;
  }
}

/** One after the other they are one. */
function batchOf({ spans, foreign }: Pick<Entry, 'spans' | 'foreign'>): SpanBatch | null {
  const count = foreign.reduce((sum, batch) => sum + batch.count, spans.length);
  if (count === 0) return null;
  if (foreign.length === 0) return { count, otlp: encodeSpans(spans) };
  return { count, otlp: Buffer.concat([encodeSpans(spans), ...foreign.map(({ otlp }) => otlp)]) };
}

function releaseHeldBack(entry: Entry): void {
  for (const resolve of entry.heldBack.splice(0)) resolve();
}

function endMessage(ref: AttemptRef, end: AttemptEnd, lastSeq: number): FromAgent {
  return end.kind === 'close'
    ? { kind: 'close', ref, close: { ...end.close, lastSeq } }
    : { kind: 'stopped', ref, survivors: end.survivors };
}
