/** Whose spans are these? By the trace they are in, else by the container they came from: each goes to one attempt, or to none and is counted. */

import { messageOf } from '@cleangrid/core/errors.ts';
import { isOwnSpan } from '@cleangrid/core/trace/arrived-spans.ts';
import type { Logger } from 'pino';
import {
  AttemptSpans,
  type AttemptSpansParts,
  type SpanReceiving,
  type SpanSource,
} from './attempt-spans.ts';
import { checkTraces } from './check-traces.ts';
import { encodeJsonTraces } from './encode-json-traces.ts';
import { type ReceivedSpan, readTraces } from './read-traces.ts';

/** `refused`: nothing of it was taken, and again nothing would be. */
export type IntakeAnswer =
  | { kind: 'taken'; rejected: number; message: string }
  | { kind: 'refused'; message: string };

export interface SpanPost {
  source: SpanSource;
  encoding: 'protobuf' | 'json';
  /** Decompressed. */
  body: Uint8Array;
}

export class SpanIntake {
  readonly #parts: AttemptSpansParts & { logger: Logger };
  readonly #open = new Set<AttemptSpans>();
  /** Sessions of services that had a holder before the present ones: in a workspace container nothing lives from one to the next. */
  readonly #used = new WeakSet<SpanSource['session']>();

  constructor(parts: AttemptSpansParts & { logger: Logger }) {
    this.#parts = parts;
  }

  /** From now on the attempt holds its containers. */
  open(receiving: SpanReceiving): AttemptSpans {
    const attempt = new AttemptSpans(this.#parts, receiving);
    this.#open.add(attempt);
    return attempt;
  }

  /** Nothing is taken for it any more. */
  close(attempt: AttemptSpans): void {
    this.#open.delete(attempt);
    for (const { service, session } of attempt.containers) if (service !== null) this.#used.add(session);
  }

  /** Why nothing is taken from that container now, without a look at what it sends; null: it is. */
  refusal(source: SpanSource): string | null {
    const holders = this.#holders(source);
    if (holders.length === 0) return 'no scenario uses this container now';
    if (holders.some((holder) => !holder.isFull)) return null;
    for (const holder of holders) holder.lost(1);
    return 'the scenario has sent as many spans as it may';
  }

  /** A post that is larger than it may be. */
  lost(source: SpanSource): void {
    for (const holder of this.#holders(source)) holder.lost(1);
  }

  /** A post of which nothing can be told. */
  unreadable(source: SpanSource, reason: string): void {
    for (const holder of this.#holders(source)) holder.unreadable(1, reason);
  }

  take({ source, encoding, body }: SpanPost): IntakeAnswer {
    const message = this.refusal(source);
    if (message !== null) return { kind: 'refused', message };
    const holders = this.#holders(source);
    for (const holder of holders) holder.spend(body.length);
    let spans: ReceivedSpan[];
    try {
      const otlp = encoding === 'json' ? encodeJsonTraces(Buffer.from(body).toString()) : body;
      checkTraces(otlp);
      spans = readTraces(otlp);
    } catch (error) {
      const message = `these are no spans: ${messageOf(error)}`;
      this.unreadable(source, message);
      return { kind: 'refused', message };
    }
    return this.#attribute(spans, { source, holders });
  }

  #attribute(
    spans: readonly ReceivedSpan[],
    { source, holders }: { source: SpanSource; holders: readonly AttemptSpans[] },
  ): IntakeAnswer {
    const sound = spans.filter(isSound);
    const isUsed = this.#used.has(source.session);
    const owned = Map.groupBy(sound, ownerFinder(sound, holders, isUsed));
    const stray = owned.get(null)?.length ?? 0;
    let rejected = spans.length - sound.length;
    for (const holder of holders) {
      holder.unreadable(rejected, unsoundWords);
      holder.notTaken(stray);
    }
    for (const [owner, own] of owned) rejected += owner === null ? own.length : owner.add(own, source.id);
    if (stray > 0)
      this.#parts.logger.info(
        { container: source.id, spans: stray },
        'spans could not be told to be of one scenario',
      );
    const message = rejected === 0 ? '' : `of ${spans.length} spans ${rejected} were not taken`;
    return { kind: 'taken', rejected, message };
  }

  #holders({ id }: SpanSource): AttemptSpans[] {
    return [...this.#open].filter((attempt) => attempt.containers.some((container) => container.id === id));
  }
}

const unsoundWords = "a span's trace id, span id or parent is none, or it says that it is of cleangrid's own";

/** With ids that can be looked up, and none that would count as one of ours. */
function isSound({ traceId, spanId, parentSpanId, scope }: ReceivedSpan): boolean {
  const isId = (id: string, length: number): boolean => id.length === length && !/^0+$/u.test(id);
  return (
    isId(traceId, 32) &&
    isId(spanId, 16) &&
    (parentSpanId === '' || parentSpanId.length === 16) &&
    !isOwnSpan({ scope: scope.name })
  );
}

function ownerFinder(
  spans: readonly ReceivedSpan[],
  holders: readonly AttemptSpans[],
  isUsed: boolean,
): (span: ReceivedSpan) => AttemptSpans | null {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const owners = new Map<string, AttemptSpans | null>();
  /** The one among those whose span is above it. */
  const byParent = (span: ReceivedSpan, candidates: readonly AttemptSpans[]): AttemptSpans | null => {
    const path = new Set<string>();
    let owner: AttemptSpans | null = null;
    for (let at: ReceivedSpan | undefined = span; at && owner === null; ) {
      const { spanId, parentSpanId }: ReceivedSpan = at;
      if (path.has(spanId) || owners.has(spanId)) break;
      path.add(spanId);
      owner =
        owners.get(parentSpanId) ?? candidates.find((candidate) => candidate.knows(parentSpanId)) ?? null;
      at = byId.get(parentSpanId);
    }
    for (const spanId of path) owners.set(spanId, owner);
    return owners.get(span.spanId) ?? null;
  };
  return (span) => {
    const inTrace = holders.filter((holder) => holder.hasTrace(span.traceId));
    const candidates = inTrace.length > 0 ? inTrace : holders;
    const owner =
      candidates.length === 1 ? (candidates[0] ?? null) : inTrace.length > 1 ? byParent(span, inTrace) : null;
    return owner !== null && isUsed && owner.isEarlier(span) ? null : owner;
  };
}
