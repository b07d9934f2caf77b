/** The store's heads, steps and frames, with the recent ones from memory. */

import type { StepResult } from '@cleangrid/core/result.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { Grid } from './grid.ts';
import type { FrameKey } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';
import { readStepBriefs, type ScenarioReads, type StepBriefs } from './step-briefs.ts';

export function recentReads(grid: Grid): ScenarioReads {
  return {
    ...grid.store,
    head: (run, place) => readHead(grid, run, place),
    stepBriefs: (run, place) => stepBriefsOf(grid, run, place),
    frame: (key) => readFrame(grid, key),
  };
}

export function readHead(grid: Grid, run: number, place: ShardPlace): ShardHead {
  const key = placeKey(run, place);
  const known = grid.recentHeads.get(key);
  if (known) return known;
  const head = grid.store.head(run, place);
  grid.recentHeads.put(key, head, head.steps.size);
  return head;
}

export function stepBriefsOf(grid: Grid, run: number, place: ShardPlace): StepBriefs {
  const key = placeKey(run, place);
  const known = grid.recentBriefs.get(key);
  if (known) return known;
  const briefs = readStepBriefs(readHead(grid, run, place), grid.store.plan(run, place));
  grid.recentBriefs.put(key, briefs, briefs.size);
  return briefs;
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

function placeKey(run: number, { scenario, slice }: ShardPlace): string {
  return `${run} ${scenario} ${slice}`;
}

function frameKey({ run, place, attempt, seq }: FrameKey): string {
  return `${placeKey(run, place)} ${attempt} ${seq}`;
}
