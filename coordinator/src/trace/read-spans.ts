/** Spans of a stored run, for whoever reads it. */

import type { RunSpans } from '@cleangrid/core/run-service.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import type { StoredRun } from '../run-store.ts';
import type { ReadBatch, SpanStore } from '../span-store.ts';
import { rootSpan } from './root-span.ts';

/** As `RunService.spans` does; one batch is read at a time. */
export function* readSpans(
  spans: Pick<SpanStore, 'counts' | 'batchAfter'>,
  run: StoredRun,
  scenario: number | null,
): Generator<RunSpans> {
  if (run.traceMode === 'off') return;
  // Not stored: what it says changes until all others were sent.
  yield { of: null, otlp: encodeSpans([rootSpan(run, spans.counts(run.ordinal))]) };
  let batch = spans.batchAfter(run.ordinal, 0);
  while (batch) {
    yield* partsOf(batch, scenario);
    batch = spans.batchAfter(run.ordinal, batch.id);
  }
}

function* partsOf({ parts, otlp }: ReadBatch, scenario: number | null): Generator<RunSpans> {
  let from = 0;
  for (const { place, attempt, byteCount } of parts) {
    const own = otlp.subarray(from, from + byteCount);
    from += byteCount;
    if (scenario === null || scenario === place.scenario)
      yield { of: { shard: shardId(place), attempt }, otlp: own };
  }
  if (scenario === null && from < otlp.length) yield { of: null, otlp: otlp.subarray(from) };
}
