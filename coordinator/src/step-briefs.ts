/** What people read of a shard's steps: names, commands, places. */

import type { StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import { commandText } from './command-text.ts';
import type { RunStoreReads } from './run-store.ts';

export interface StepBrief extends Pick<PlannedStep, 'name' | 'phase' | 'source' | 'expect'> {
  /** For people. */
  command: string;
}

/** In the plan's order. */
export type StepBriefs = ReadonlyMap<StepId, StepBrief>;

/** What a scenario's record is made from. */
export type ScenarioReads = Pick<
  RunStoreReads,
  'shardsOfScenario' | 'slicedScenario' | 'frameSeqs' | 'frame' | 'head'
> & {
  stepBriefs(...shard: Parameters<RunStoreReads['plan']>): StepBriefs;
};

export function withStepBriefs<Reads extends Omit<ScenarioReads, 'stepBriefs'> & Pick<RunStoreReads, 'plan'>>(
  reads: Reads,
): Reads & ScenarioReads {
  return { ...reads, stepBriefs: (run, place) => readStepBriefs(reads.plan(run, place)) };
}

/** `plan`: a `PlannedScenario` as JSON. */
export function readStepBriefs(plan: string): StepBriefs {
  const { steps } = JSON.parse(plan) as PlannedScenario;
  return new Map(
    steps.map(({ id, name, phase, source, expect, command }) => [
      id,
      { name, phase, source, expect, command: commandText(command) },
    ]),
  );
}
