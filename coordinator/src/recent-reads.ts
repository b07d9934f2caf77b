/** The store's plans and frames, with the recent ones from memory. */

import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { Grid } from './grid.ts';
import type { FrameKey, RunStoreReads } from './run-store.ts';

export function recentReads(grid: Grid): RunStoreReads {
  return {
    ...grid.store,
    plan: (run, place) => grid.recentPlans.get(planKey(run, place)) ?? grid.store.plan(run, place),
    frame: (key) => grid.recentFrames.get(frameKey(key)) ?? grid.store.frame(key),
  };
}

export function readPlan(grid: Grid, run: number, place: ShardPlace): PlannedScenario {
  const key = planKey(run, place);
  const known = grid.recentPlans.get(key);
  if (known) return known;
  const plan = grid.store.plan(run, place);
  grid.recentPlans.put(key, plan, plan.steps.length);
  return plan;
}

export function rememberFrame(grid: Grid, key: FrameKey, results: StepResult[]): void {
  const byteCount = results.reduce(
    (sum, { stdout, stderr }) => sum + resultBytes(stdout) + resultBytes(stderr),
    0,
  );
  grid.recentFrames.put(frameKey(key), results, byteCount);
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
