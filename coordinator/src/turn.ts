/** One turn of the event loop: decisions on a batch of messages, stored in one transaction; what they cause outside happens after its commit. */

import type { RunId, ShardId } from '@cleangrid/core/ids.ts';
import type { AttemptRef, ToAgent } from '@cleangrid/core/protocol.ts';
import type { SpanBatch } from '@cleangrid/core/trace/span-batch.ts';
import type { ActiveRun, ActiveShard, Connection, Grid } from './grid.ts';
import type { LearnedDuration, RunStoreWrites, StoredEvent } from './run-store.ts';
import type { SpanPart } from './span-store.ts';

export class Turn {
  readonly grid: Grid;
  readonly writes: RunStoreWrites;
  /** Monotonic. */
  readonly nowMs: number;
  readonly dirtyShards: Set<ActiveShard> = new Set();
  readonly dirtyRuns: Set<ActiveRun> = new Set();
  readonly touchedRuns: Set<RunId> = new Set();
  readonly learned: LearnedDuration[] = [];
  /** Of runs by their ordinals, as the next one. */
  readonly events: Map<number, StoredEvent[]> = new Map();
  readonly spans: Map<number, TurnSpans[]> = new Map();
  /** There is more to do than one turn may. */
  isUnfinished = false;
  readonly #afterCommit: (() => void)[] = [];
  /** One cumulative answer per attempt, whatever the number of frames. */
  readonly #framesStored = new Map<string, { connection: Connection; message: ToAgent }>();

  constructor(grid: Grid, writes: RunStoreWrites) {
    this.grid = grid;
    this.writes = writes;
    this.nowMs = grid.clock.monotonicMs();
  }

  afterCommit(effect: () => void): void {
    this.#afterCommit.push(effect);
  }

  answer(connection: Connection, message: ToAgent): void {
    this.afterCommit(() => void connection.channel.send(message));
  }

  answerFrames(
    connection: Connection,
    ref: AttemptRef,
    answer: { seq: number; answer: 'stored' | 'stale' },
  ): void {
    const key = `${ref.run} ${ref.shard} ${ref.attempt}`;
    this.#framesStored.set(key, { connection, message: { kind: 'framesStored', ref, ...answer } });
  }

  disconnect(connection: Connection, reason: string): void {
    this.afterCommit(() => connection.channel.close(reason));
  }

  /** `of`: null for spans of the run as a whole. */
  addSpans(run: ActiveRun, batch: SpanBatch, of: TurnSpans['of']): void {
    const { ordinal } = run.record;
    const batches = this.spans.get(ordinal);
    if (batches) batches.push({ ...batch, of });
    else this.spans.set(ordinal, [{ ...batch, of }]);
  }

  /** `cursors`: how many run events it stands for. */
  addEvent(run: ActiveRun, event: NewEvent, cursors = 1): void {
    const cursor = run.record.cursor + 1;
    run.record.cursor += cursors;
    const events = this.events.get(run.record.ordinal);
    if (events) events.push({ ...event, cursor });
    else this.events.set(run.record.ordinal, [{ ...event, cursor }]);
    this.dirtyRuns.add(run);
  }

  /** The transaction is committed. */
  complete(): void {
    for (const { connection, message } of this.#framesStored.values()) connection.channel.send(message);
    for (const effect of this.#afterCommit) effect();
    for (const run of this.touchedRuns) this.grid.watchers.wake(run);
    if (this.learned.length > 0) this.grid.store.learnDurations(this.learned);
  }
}

export interface TurnSpans extends SpanBatch {
  of: Pick<SpanPart, 'place' | 'attempt'> | null;
}

export type NewEvent = StoredEvent extends infer Event
  ? Event extends StoredEvent
    ? Omit<Event, 'cursor'>
    : never
  : never;

export function refOf(active: ActiveShard, shard: ShardId): AttemptRef {
  return { run: active.run.record.run, shard, attempt: active.shard.attempt?.number ?? 0 };
}
