/** What people read of a shard's steps: names, commands, places. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type { StepId } from '@cleangrid/core/ids.ts';
import type { PlannedStep } from '@cleangrid/core/plan.ts';
import { readScenario } from '@cleangrid/proto/wire-plan.ts';
import { commandText } from './command-text.ts';
import type { RunStoreReads } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';

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

export function withStepBriefs<
  Reads extends Omit<ScenarioReads, 'stepBriefs'> & Pick<RunStoreReads, 'plan' | 'head'>,
>(reads: Reads): Reads & ScenarioReads {
  return {
    ...reads,
    stepBriefs: (run, place) => readStepBriefs(reads.head(run, place), reads.plan(run, place)),
  };
}

/** One for each step of the head, whatever its client wrote beside it; `plan`: a `PlannedScenario` as JSON. */
export function readStepBriefs(head: ShardHead, plan: string): StepBriefs {
  const steps = new Map(readSteps(plan).map((step) => [step.id, step]));
  return new Map(
    Array.from(head.steps, (id) => {
      const step = steps.get(id);
      return [id, step ? briefOf(step) : unreadable(id, head)];
    }),
  );
}

function readSteps(plan: string): PlannedStep[] {
  try {
    return readScenario(plan).steps;
  } catch (error) {
    if (isGridError(error, 'bad_usage')) return [];
    throw error;
  }
}

function briefOf({ name, phase, source, expect, command }: PlannedStep): StepBrief {
  return { name, phase, source, expect, command: commandText(command) };
}

function unreadable(id: StepId, { source }: ShardHead): StepBrief {
  const expect = { exit: { kind: 'any' as const, source: null }, stdout: [], stderr: [], duration: [] };
  return { name: id, phase: 'steps', source, expect, command: '' };
}
