/** Cuts a planned scenario into shards: a pure function of the plan and of what the scenario took before. */

import type { ShardId } from './ids.ts';
import { id } from './ids.ts';
import { sliceMsMin, sliceOfRest, sliceStepsMax, sliceTargetMs, stepExpectedMsDefault } from './limits.ts';
import type { ScenarioHead } from './scenario-head.ts';

export interface PlannedShard {
  place: ShardPlace;
  kind: 'whole' | 'slice';
  /** Of the scenario's steps the first that is the shard's, and the first after it that is not. */
  from: number;
  to: number;
  expectedMs: number;
}

/** Where in its run a shard belongs. Slices count from 1; 0 is a whole scenario. */
export interface ShardPlace {
  scenario: number;
  slice: number;
}

/**
 * A scenario is one shard, or is sliced by expected duration, smaller near the end.
 *
 * @param ordinal the scenario's place in its plan, from 0
 * @param expectedMs of the whole scenario, from history; null when nothing is known
 */
export function planShards(
  { steps, isSliceable }: Pick<ScenarioHead, 'steps' | 'isSliceable'>,
  ordinal: number,
  expectedMs: number | null,
): PlannedShard[] {
  const stepCount = steps.length;
  const stepMs = expectedMs === null ? stepExpectedMsDefault : expectedMs / Math.max(1, stepCount);
  if (!isSliceable) {
    const place = { scenario: ordinal, slice: 0 };
    return [{ place, kind: 'whole', from: 0, to: stepCount, expectedMs: stepMs * stepCount }];
  }
  const shards: PlannedShard[] = [];
  for (let from = 0; from < stepCount; ) {
    const count = sliceSize(stepCount - from, stepMs);
    const place = { scenario: ordinal, slice: shards.length + 1 };
    shards.push({ place, kind: 'slice', from, to: from + count, expectedMs: stepMs * count });
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

function sliceSize(stepsLeft: number, stepMs: number): number {
  const worthMs = Math.max(sliceMsMin, Math.min(sliceTargetMs, stepsLeft * stepMs * sliceOfRest));
  return Math.max(1, Math.min(stepsLeft, sliceStepsMax, Math.floor(worthMs / Math.max(stepMs, 0.001))));
}
