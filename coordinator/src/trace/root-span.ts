/** The root of a run's trace: the last of its spans to be made, because it says what became of the others. */

import type { Span } from '@cleangrid/core/trace/span.ts';
import { exitCodeOf, exitCodes } from '@cleangrid/core/verdict.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';
import type { StoredRun } from '../run-store.ts';
import type { SpanCounts } from '../span-store.ts';
import { coordinatorSpan } from './note-spans.ts';

export function rootSpan(record: StoredRun, counts: SpanCounts): Span {
  const { run, suites, traceMode, scenarioCount, stepCount, submittedAtMs, finishedAtMs } = record;
  const names = suites.map(({ name }) => name).join(', ');
  const result = resultOf(record);
  return coordinatorSpan('run', {
    ...runSpan(run),
    parentSpanId: null,
    named: names,
    startUs: submittedAtMs * 1000,
    endUs: (finishedAtMs ?? submittedAtMs) * 1000,
    status: { code: result === 'success' ? 'unset' : 'error', message: record.cancelling ?? '' },
    attributes: {
      'cicd.pipeline.run.id': run,
      'cicd.pipeline.name': names,
      'cicd.pipeline.result': result,
      'cleangrid.trace.mode': traceMode,
      'cleangrid.scenario.count': scenarioCount,
      'cleangrid.step.count': stepCount,
      'cleangrid.spans.emitted': counts.emitted,
      'cleangrid.spans.arrived': counts.arrived,
      'cleangrid.spans.dropped': counts.dropped,
    },
  });
}

/** Words of the semantic conventions. */
function resultOf({ scenarios }: StoredRun): 'success' | 'failure' | 'error' | 'cancellation' {
  const code = exitCodeOf(scenarios);
  if (code === exitCodes.passed) return 'success';
  if (code === exitCodes.failed) return 'failure';
  return code === exitCodes.cancelled ? 'cancellation' : 'error';
}
