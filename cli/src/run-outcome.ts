/** What came of a run, as it is compared with another: verdicts, durations, and the spans of its programs in the attempts that count. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { ScenarioId, StepId } from '@cleangrid/core/ids.ts';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { isOwnSpan } from '@cleangrid/core/trace/arrived-spans.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { RunHistory } from './command-context.ts';
import { holdSpans, readTrace } from './read-trace.ts';

export interface RunOutcome {
  record: RunRecord;
  scenarios: ReadonlyMap<ScenarioId, ScenarioOutcome>;
}

export interface ScenarioOutcome
  extends Pick<ScenarioRecord, 'id' | 'name' | 'suite' | 'verdict' | 'flaky' | 'spanExpectations'> {
  /** In the order of the plan. */
  steps: StepOutcome[];
  /** In the order of their arrival; empty where nothing was recorded. */
  spans: Span[];
}

export interface StepOutcome {
  id: StepId;
  name: string;
  command: string;
  expectDigest: string;
  verdict: Verdict | null;
  durationMs: number;
}

/** Throws `bad_usage` for a run that has not finished. */
export async function readOutcome(
  history: Pick<RunHistory, 'scenarios' | 'spans'>,
  record: RunRecord,
): Promise<RunOutcome> {
  const { run, state, traceMode } = record;
  if (state !== 'finished')
    throw new GridError('bad_usage', `the run ${run} has not finished`, {
      hint: state === 'interrupted' ? 'Its process was killed: run it again.' : 'Wait for its end.',
    });
  const scenarios = new Map<ScenarioId, ScenarioOutcome>();
  const byAttempt = new Map<string, Span[]>();
  for await (const scenario of history.scenarios(run)) {
    const outcome = outcomeOf(scenario);
    scenarios.set(scenario.id, outcome);
    // The last attempt of each shard: of independent steps there are several shards.
    const counting = new Map(scenario.attempts.map(({ shard, attempt }) => [shard, attempt]));
    for (const [shard, attempt] of counting) byAttempt.set(`${shard} ${attempt}`, outcome.spans);
  }
  if (traceMode === 'off') return { record, scenarios };
  const held = await holdSpans(
    readTrace(history, record),
    ({ span, of }) => of !== null && !isOwnSpan(span) && byAttempt.has(`${of.shard} ${of.attempt}`),
  );
  for (const { span, of } of held) byAttempt.get(`${of?.shard} ${of?.attempt}`)?.push(span);
  return { record, scenarios };
}

function outcomeOf({
  id,
  name,
  suite,
  verdict,
  flaky,
  spanExpectations,
  steps,
}: ScenarioRecord): ScenarioOutcome {
  return {
    id,
    name,
    suite,
    verdict,
    flaky,
    spanExpectations,
    steps: steps.map((step) => ({
      id: step.id,
      name: step.name,
      command: step.command,
      expectDigest: step.expectDigest,
      verdict: step.result?.verdict ?? null,
      durationMs: step.result?.durationMs ?? 0,
    })),
    spans: [],
  };
}
