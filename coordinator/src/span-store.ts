/** The part of the run store that keeps spans until a back end has them, and for whoever reads the run later. */

import type { RunId } from '@cleangrid/core/ids.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';

export interface SpanStore {
  /** Oldest first, from the first one after `after` that nothing became of yet; about `bytes` of them, and at least one if there is one. */
  waiting(after: number, bytes: number): StoredSpans[];
  /** Finished runs whose spans all ended, but for their root; oldest first. */
  withoutRoot(limit: number): RunId[];
  counts(run: number): SpanCounts;
  /** All of a run, in the order of their arrival. */
  ofRun(run: number): SpanBatch[];
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
  /** Beyond `runSpanBytesMax` they are counted and not kept. */
  add(run: number, batch: SpanBatch): void;
  /** What became of a batch: the back end took all but `rejected` of its spans. */
  ended(id: number, rejected: number): void;
  /** Its root was sent, or never will be. */
  close(run: number): void;
}
