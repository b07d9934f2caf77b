/** Writes what a turn has changed so far, each shard and run once however often it moved. */

import { eventPageMax } from '@cleangrid/core/limits.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { finishRun } from './close-shard.ts';
import { shardKey } from './grid.ts';
import { rememberMoved } from './recent-reads.ts';
import type { Turn } from './turn.ts';

/** Also needed before the store is asked which shards wait. */
export function flushTurn(turn: Turn): void {
  const { grid, writes } = turn;
  for (const active of turn.dirtyShards) {
    const { run, place, expectedMs, shard } = active;
    writes.putShard({ run: run.record.ordinal, place, expectedMs, shard });
    if (shard.state !== 'active') grid.active.delete(shardKey(run.record.run, shardId(place)));
    if (grid.watchers.has(run.record.run)) rememberMoved(grid, active);
  }
  turn.dirtyShards.clear();
  for (const run of turn.dirtyRuns) {
    finishRun(turn, run);
    writes.putRun(run.record);
    turn.touchedRuns.add(run.record.run);
  }
  turn.dirtyRuns.clear();
  flushEvents(turn);
  flushSpans(turn);
}

function flushEvents({ events, writes }: Turn): void {
  for (const [run, all] of events) {
    for (let from = 0; from < all.length; from += eventPageMax)
      writes.addEvents(run, all.slice(from, from + eventPageMax));
  }
  events.clear();
}

/** One row for each run, however many spans its agents and this turn made. */
function flushSpans({ spans, writes, grid }: Turn): void {
  if (spans.size === 0) return;
  for (const [run, batches] of spans) {
    const count = batches.reduce((sum, batch) => sum + batch.count, 0);
    const [ofAttempts, ofRun] = [batches.filter(({ of }) => of), batches.filter(({ of }) => !of)];
    const otlp = Buffer.concat([...ofAttempts, ...ofRun].map((batch) => batch.otlp));
    const parts = ofAttempts.flatMap((batch) =>
      batch.of ? [{ ...batch.of, byteCount: batch.otlp.length }] : [],
    );
    const isKept = writes.spans.add(run, { count, otlp, parts });
    grid.meter.add('cleangrid.spans.emitted', count);
    if (!isKept) grid.meter.add('cleangrid.spans.dropped', count);
  }
  spans.clear();
}
