/** The part of a shard's plan that the coordinator works with, small beside the plan: of that, only whoever runs it needs the rest. */

import type { ScenarioId, StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import { commandText } from './command-text.ts';
import type { RunStoreReads } from './run-store.ts';

export interface ShardBrief
  extends Pick<PlannedScenario, 'suite' | 'name' | 'tags' | 'source' | 'timeoutMs'> {
  scenario: ScenarioId;
  spanExpectations: PlannedScenario['spans'];
  /** In the plan's order. */
  steps: ReadonlyMap<StepId, StepBrief>;
}

export interface StepBrief extends Pick<PlannedStep, 'name' | 'phase' | 'source'> {
  /** For people. */
  command: string;
}

export type BriefReads = Pick<
  RunStoreReads,
  'shardsOfScenario' | 'slicedScenario' | 'frameSeqs' | 'frame'
> & {
  brief(...shard: Parameters<RunStoreReads['plan']>): ShardBrief;
};

export function briefFrom({
  id: scenario,
  suite,
  name,
  tags,
  source,
  timeoutMs,
  spans: spanExpectations,
  steps,
}: PlannedScenario): ShardBrief {
  const briefs = steps.map((step): [StepId, StepBrief] => {
    const { phase, source, command } = step;
    return [step.id, { name: step.name, phase, source, command: commandText(command) }];
  });
  return { scenario, suite, name, tags, source, timeoutMs, spanExpectations, steps: new Map(briefs) };
}

export function briefReads<Reads extends Omit<BriefReads, 'brief'> & Pick<RunStoreReads, 'plan'>>(
  reads: Reads,
): Reads & BriefReads {
  return { ...reads, brief: (run, place) => briefFrom(reads.plan(run, place)) };
}
