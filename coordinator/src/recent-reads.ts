/** The store's heads, steps and frames, with the recent ones from memory. */

import type { StepResult } from '@cleangrid/core/result.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { ActiveShard, Grid } from './grid.ts';
import type { FrameKey } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';
import { readStepBriefs, type ScenarioReads, type StepBriefs } from './step-briefs.ts';

export function recentReads(grid: Grid): ScenarioReads {
  return {
    ...grid.store,
    head: (run, place) => readHead(grid, run, place),
    stepBriefs: (run, place) => stepBriefsOf(grid, run, place),
    frame: (key) => readFrame(grid, key),
    shardsOfScenario: (run, scenario) => {
      const known = grid.recentClosed.get(placeKey(run, { scenario, slice: 0 }));
      return known ? [known] : grid.store.shardsOfScenario(run, scenario);
    },
  };
}

export function readHead(grid: Grid, run: number, place: ShardPlace): ShardHead {
  const known = grid.recentHeads.get(placeKey(run, place));
  return known ?? rememberHead(grid, { run, place }, grid.store.head(run, place));
}

function rememberHead(
  grid: Grid,
  { run, place }: Pick<FrameKey, 'run' | 'place'>,
  head: ShardHead,
): ShardHead {
  grid.recentHeads.put(placeKey(run, place), head, 1 + head.steps.size);
  return head;
}

export function stepBriefsOf(grid: Grid, run: number, place: ShardPlace): StepBriefs {
  const key = placeKey(run, place);
  const known = grid.recentBriefs.get(key);
  if (known) return known;
  const briefs = readStepBriefs(readHead(grid, run, place), grid.store.plan(run, place));
  grid.recentBriefs.put(key, briefs, 1 + briefs.size);
  return briefs;
}

/** What watchers are told of at once: that it began, and that it ended. A record of what did not pass is rarer, and has logs. */
export function rememberMoved(grid: Grid, { run, place, expectedMs, shard, head }: ActiveShard): void {
  const { ordinal } = run.record;
  if (head && shard.attempt?.started) rememberHead(grid, { run: ordinal, place }, head);
  if (shard.kind !== 'whole' || shard.state !== 'closed' || shard.outcome.verdict.outcome !== 'passed')
    return;
  grid.recentClosed.put(placeKey(ordinal, place), { run: ordinal, place, expectedMs, shard }, 1);
}

export function rememberFrame(grid: Grid, key: FrameKey, results: StepResult[]): void {
  const byteCount = results.reduce((sum, result) => sum + resultBytes(result), resultBytesMin);
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

/** Beside the texts of unknown length. */
const resultBytesMin = 1_000;

function resultBytes({ stdout, stderr, failedChecks }: StepResult): number {
  let bytes =
    resultBytesMin + stdout.head.length + stdout.tail.length + stderr.head.length + stderr.tail.length;
  for (const { expected, actual } of failedChecks) bytes += expected.length + actual.length;
  return bytes;
}

function placeKey(run: number, { scenario, slice }: ShardPlace): string {
  return `${run} ${scenario} ${slice}`;
}

function frameKey({ run, place, attempt, seq }: FrameKey): string {
  return `${placeKey(run, place)} ${attempt} ${seq}`;
}
