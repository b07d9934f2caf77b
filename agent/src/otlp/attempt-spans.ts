/** What the programs of one attempt sent: stored with its results, and kept for expectations where there are any. What is beyond a bound is counted. */

import type { Clock } from '@cleangrid/core/clock.ts';
import {
  attemptSpanBytesMax,
  attemptSpansMax,
  spanBytesMax,
  spanFieldsMax,
  spanPostBytesMax,
} from '@cleangrid/core/limits.ts';
import type { Delivery } from '@cleangrid/core/protocol.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import type { ContainerTunnels } from '../step-executor.ts';
import { joinSpans } from './join-spans.ts';
import type { ReceivedSpan } from './read-traces.ts';

/** A container of the attempt that spans may come from. */
export interface SpanSource {
  id: string;
  /** Null: the workspace container. */
  service: string | null;
  session: { tunnels: ContainerTunnels | null };
}

export interface SpanReceiving {
  delivery: Pick<Delivery, 'ref' | 'trace' | 'scenario'>;
  containers: readonly SpanSource[];
  /** Spans of ours that those of programs may hang below. Asked for where several attempts hold a container. */
  parents(): readonly string[];
  /** Stores them. */
  arrived(batch: SpanBatch): void;
}

export interface AttemptSpansParts {
  clock: Clock;
  /** Name of the host whose clock the containers have. */
  host: string;
}

export class AttemptSpans {
  readonly #parts: AttemptSpansParts;
  readonly #receiving: SpanReceiving;
  readonly #spans: Span[] = [];
  readonly #ids = new Set<string>();
  #parents: ReadonlySet<string> | null = null;
  /** By the wall clock. */
  readonly #beganUs: number;
  #count = 0;
  #byteCount = 0;
  #lastMs: number;
  /** Spans, or posts of them, that were sent and are not among the spans. */
  #cut = 0;
  #unread: string | null = null;
  #unattributed = 0;

  constructor(parts: AttemptSpansParts, receiving: SpanReceiving) {
    this.#parts = parts;
    this.#receiving = receiving;
    this.#beganUs = parts.clock.nowMs() * 1000;
    this.#lastMs = parts.clock.monotonicMs();
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** When the last ones came, by the monotonic clock. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get cut(): number {
    return this.#cut;
  }

  /** Why the first of those that could not be read was not; null: all could. */
  get unread(): string | null {
    return this.#unread;
  }

  get unattributed(): number {
    return this.#unattributed;
  }

  get isFull(): boolean {
    return this.#count >= attemptSpansMax || this.#byteCount >= attemptSpanBytesMax;
  }

  get containers(): readonly SpanSource[] {
    return this.#receiving.containers;
  }

  hasTrace(traceId: string): boolean {
    return this.#receiving.delivery.trace?.traceId === traceId;
  }

  /** Whether it is a span of this attempt, or one of ours that they may hang below. */
  knows(spanId: string): boolean {
    this.#parents ??= new Set(this.#receiving.parents());
    return this.#ids.has(spanId) || this.#parents.has(spanId);
  }

  /** An earlier holder of its container left it: it was over before this attempt had the container. */
  isEarlier({ endUs }: ReceivedSpan): boolean {
    return endUs < this.#beganUs;
  }

  /** What its containers send costs something, whatever becomes of it. */
  spend(byteCount: number): void {
    this.#byteCount += byteCount;
  }

  lost(count: number): void {
    this.#cut += count;
  }

  unreadable(count: number, reason: string): void {
    this.lost(count);
    if (count > 0) this.#unread ??= reason;
  }

  notTaken(count: number): void {
    this.#unattributed += count;
  }

  /** How many of them were not taken. */
  add(spans: readonly ReceivedSpan[], container: string): number {
    const taken = spans.filter(isTakeable).slice(0, Math.max(0, attemptSpansMax - this.#count));
    this.#cut += spans.length - taken.length;
    this.#count += taken.length;
    this.#lastMs = this.#parts.clock.monotonicMs();
    const { delivery, arrived } = this.#receiving;
    for (const some of portions(taken)) {
      const otlp = joinSpans(some, this.#attributes(container));
      if (delivery.scenario.spans !== null) this.#spans.push(...decodeSpans(otlp));
      if (delivery.trace !== null) arrived({ count: some.length, otlp });
    }
    for (const { spanId } of taken) this.#ids.add(spanId);
    return spans.length - taken.length;
  }

  #attributes(container: string): Record<string, string> {
    const { run, shard, attempt } = this.#receiving.delivery.ref;
    return {
      'host.id': this.#parts.host,
      'container.id': container,
      'cicd.pipeline.run.id': run,
      'cleangrid.shard': shard,
      'cleangrid.attempt': String(attempt),
    };
  }
}

function isTakeable({ bytes, fieldCount }: ReceivedSpan): boolean {
  return bytes.length <= spanBytesMax && fieldCount <= spanFieldsMax;
}

/** Each about what one post to a back end may have. */
function* portions(spans: readonly ReceivedSpan[]): Generator<ReceivedSpan[]> {
  let portion: ReceivedSpan[] = [];
  let byteCount = 0;
  for (const span of spans) {
    if (byteCount + span.bytes.length > spanPostBytesMax / 2 && portion.length > 0) {
      yield portion;
      portion = [];
      byteCount = 0;
    }
    portion.push(span);
    byteCount += span.bytes.length;
  }
  if (portion.length > 0) yield portion;
}
