/** The part of the run store that keeps spans until a back end has them, and for whoever reads the run later. */

import type { RunId } from '@cleangrid/core/ids.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';

export interface SpanStore {
  /** Oldest first, from the first one after `after` that nothing became of yet; about `bytes` of them, and at least one if there is one. */
  waiting(after: number, bytes: number): StoredSpans[];
  /** Finished runs whose spans all ended, but for their root; oldest first. */
  withoutRoot(limit: number): RunId[];
  counts(run: number): SpanCounts;
  /** Of the run's batches that were kept, the first one after `after`; null: there is none. */
  batchAfter(run: number, after: number): ReadBatch | null;
}

/** `otlp`: one attempt's after the other, as in `parts`; what remains is of the run as a whole. */
export interface ReadBatch {
  id: number;
  parts: SpanPart[];
  otlp: Uint8Array;
}

export interface SpanPart {
  place: ShardPlace;
  attempt: number;
  byteCount: number;
}

export interface StoredSpans extends SpanBatch {
  id: number;
  run: number;
}

export interface SpanCounts {
  emitted: number;
  arrived: number;
  dropped: number;
}

export interface SpanStoreWrites {
  /** Before any other spans of the run: there will be a root. */
  open(run: number): void;
  /** False: beyond `runSpanBytesMax` they are counted and not kept. */
  add(run: number, batch: SpanBatch & Pick<ReadBatch, 'parts'>): boolean;
  /** What became of a batch: the back end took all but `rejected` of its spans. */
  ended(id: number, rejected: number): void;
  /** Its root was sent, or never will be. */
  close(run: number): void;
}
