/** A plan on its way to a grid, in chunks; again when the coordinator went away meanwhile: the same run id is the same run (rule 1). */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import { reconnectMsMax, submitMsMax } from '@cleangrid/core/limits.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import { submissionChunks } from '@cleangrid/core/submission-chunks.ts';
import { chooseTraceMode, type TraceModeAsked } from '@cleangrid/core/trace/trace-mode.ts';
import type { SubmissionRead } from './read-submission.ts';

export interface PlannedRun {
  run: RunId;
  plan: Plan;
  read: Pick<SubmissionRead, 'blobs'>;
  traceMode: TraceModeAsked;
}

export async function submitRun(runs: RunService, planned: PlannedRun): Promise<void> {
  const { run, plan, read } = planned;
  const traceMode = chooseTraceMode(planned.traceMode, plan);
  await runs.submit({
    run,
    suites: plan.suites,
    traceMode,
    scenarios: submissionChunks(plan.scenarios),
    blobs: read.blobs,
  });
}

/** Rejects with `unavailable` when there was no coordinator for `submitMsMax`. */
export async function submitPatiently(runs: RunService, planned: PlannedRun, clock: Clock): Promise<void> {
  const giveUpMs = clock.monotonicMs() + submitMsMax;
  for (;;) {
    try {
      return await submitRun(runs, planned);
    } catch (error) {
      if (!isGridError(error, 'unavailable') || clock.monotonicMs() >= giveUpMs) throw error;
    }
    await sleep(clock, reconnectMsMax);
  }
}
