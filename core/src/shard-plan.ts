/** Cuts a planned scenario into shards: a pure function of the plan and of what the scenario took before. */

import type { ShardId } from './ids.ts';
import { id } from './ids.ts';
import { sliceMsMin, sliceOfRest, sliceStepsMax, sliceTargetMs, stepExpectedMsDefault } from './limits.ts';
import type { PlannedScenario } from './plan.ts';

export interface PlannedShard {
  place: ShardPlace;
  kind: 'whole' | 'slice';
  /** With only the shard's own steps, in the plan's order. */
  scenario: PlannedScenario;
  expectedMs: number;
}

/** Where in its run a shard belongs. Slices count from 1; 0 is a whole scenario. */
export interface ShardPlace {
  scenario: number;
  slice: number;
}

/**
 * A sequential scenario is one shard. Independent steps are sliced by expected duration, smaller near the end. A scenario with setup or
 * teardown stays whole: its steps belong to the one place where its setup ran.
 *
 * @param ordinal the scenario's place in its plan, from 0
 * @param expectedMs of the whole scenario, from history; null when nothing is known
 */
export function planShards(
  scenario: PlannedScenario,
  ordinal: number,
  expectedMs: number | null,
): PlannedShard[] {
  const stepMs =
    expectedMs === null ? stepExpectedMsDefault : expectedMs / Math.max(1, scenario.steps.length);
  if (!isSliceable(scenario)) {
    const place = { scenario: ordinal, slice: 0 };
    return [{ place, kind: 'whole', scenario, expectedMs: stepMs * scenario.steps.length }];
  }
  const shards: PlannedShard[] = [];
  for (let from = 0; from < scenario.steps.length; ) {
    const count = sliceSize(scenario.steps.length - from, stepMs);
    const place = { scenario: ordinal, slice: shards.length + 1 };
    const steps = scenario.steps.slice(from, from + count);
    shards.push({
      place,
      kind: 'slice',
      scenario: { ...scenario, steps },
      expectedMs: stepMs * steps.length,
    });
    from += count;
  }
  return shards;
}

export function shardId({ scenario, slice }: ShardPlace): ShardId {
  return id<ShardId>(slice === 0 ? `${scenario}` : `${scenario}.${slice}`);
}

/** Null for a text that names no shard: it came over a network. */
export function shardPlace(shard: ShardId): ShardPlace | null {
  const match = /^(0|[1-9]\d{0,8})(?:\.([1-9]\d{0,8}))?$/.exec(shard);
  return match ? { scenario: Number(match[1]), slice: Number(match[2] ?? 0) } : null;
}

function isSliceable(scenario: PlannedScenario): boolean {
  return scenario.order === 'independent' && scenario.steps.every((step) => step.phase === 'steps');
}

function sliceSize(stepsLeft: number, stepMs: number): number {
  const worthMs = Math.max(sliceMsMin, Math.min(sliceTargetMs, stepsLeft * stepMs * sliceOfRest));
  return Math.max(1, Math.min(stepsLeft, sliceStepsMax, Math.floor(worthMs / Math.max(stepMs, 0.001))));
}
