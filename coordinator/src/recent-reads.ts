/** The store's plans and frames, with the recent ones from memory. */

import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { Grid } from './grid.ts';
import type { FrameKey } from './run-store.ts';
import { briefFrom, type BriefReads, type ShardBrief } from './shard-brief.ts';

export function recentReads(grid: Grid): BriefReads {
  return {
    ...grid.store,
    brief: (run, place) => readBrief(grid, run, place),
    frame: (key) => readFrame(grid, key),
  };
}

export function readBrief(grid: Grid, run: number, place: ShardPlace): ShardBrief {
  return (
    grid.recentBriefs.get(planKey(run, place)) ??
    rememberBrief(grid, { run, place, plan: grid.store.plan(run, place) })
  );
}

export function rememberBrief(
  grid: Grid,
  { run, place, plan }: { run: number; place: ShardPlace; plan: PlannedScenario },
): ShardBrief {
  const brief = briefFrom(plan);
  grid.recentBriefs.put(planKey(run, place), brief, plan.steps.length);
  return brief;
}

export function rememberFrame(grid: Grid, key: FrameKey, results: StepResult[]): void {
  const byteCount = results.reduce(
    (sum, { stdout, stderr }) => sum + resultBytes(stdout) + resultBytes(stderr),
    0,
  );
  grid.recentFrames.put(frameKey(key), results, byteCount);
}

/** A watcher meets each frame twice: when it came, and in its scenario's record. */
function readFrame(grid: Grid, key: FrameKey): StepResult[] {
  const known = grid.recentFrames.get(frameKey(key));
  if (known) return known;
  const results = grid.store.frame(key);
  rememberFrame(grid, key, results);
  return results;
}

/** Beside the kept output a result is small. */
const resultBytesMin = 500;

function resultBytes(output: { head: string; tail: string }): number {
  return resultBytesMin + output.head.length + output.tail.length;
}

function planKey(run: number, { scenario, slice }: ShardPlace): string {
  return `${run} ${scenario} ${slice}`;
}

function frameKey({ run, place, attempt, seq }: FrameKey): string {
  return `${planKey(run, place)} ${attempt} ${seq}`;
}
