/** The spans of a run, from a store or a grid, as commands need them. */

import { GridError } from '@cleangrid/core/errors.ts';
import { spansHeldMax } from '@cleangrid/core/limits.ts';
import type { RunRecord, RunSpans } from '@cleangrid/core/run-service.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import type { RunHistory } from './command-context.ts';
import type { FoundScenario } from './find-scenario.ts';

export interface ReadSpan {
  span: Span;
  of: RunSpans['of'];
}

/** What of a run is looked at. */
export interface TracedRun {
  history: RunHistory;
  record: RunRecord;
  /** Null: all of it. */
  scenario: FoundScenario | null;
}

/** One batch is held at a time. Throws `bad_usage` for a run that recorded none. */
export async function* readTrace(
  history: Pick<RunHistory, 'spans'>,
  { run, traceMode }: RunRecord,
  scenario: number | null = null,
): AsyncGenerator<ReadSpan> {
  if (traceMode === 'off')
    throw new GridError('bad_usage', `the run ${run} recorded no spans`, {
      hint: 'It was started with --trace-mode off. Run it again without.',
    });
  for await (const { of, otlp } of history.spans(run, scenario))
    for (const span of decodeSpans(otlp)) yield { span, of };
}

/** Throws `bad_usage` where there are too many. */
export async function holdSpans(
  spans: AsyncIterable<ReadSpan>,
  isWanted: (read: ReadSpan) => boolean = () => true,
): Promise<ReadSpan[]> {
  const held: ReadSpan[] = [];
  for await (const read of spans) {
    if (!isWanted(read)) continue;
    if (held.length === spansHeldMax)
      throw new GridError(
        'bad_usage',
        `the run has more than ${spansHeldMax.toLocaleString('en')} such spans`,
        {
          hint: 'Name one scenario: --scenario NAME. Or search them: cleangrid spans RUN --grep TEXT.',
        },
      );
    held.push(read);
  }
  return held;
}
