/** Books a closed shard: its steps, its scenario, and with the last of them its run. */

import { invariant } from '@cleangrid/core/errors.ts';
import type { ShardOutcome } from '@cleangrid/core/shard.ts';
import type { OutcomeCounts } from '@cleangrid/core/verdict.ts';
import { scenarioVerdict } from '@cleangrid/core/verdict.ts';
import { runLogFields } from '@cleangrid/proto/log-fields.ts';
import { headOf } from './find-shard.ts';
import type { ActiveRun, ActiveShard } from './grid.ts';
import type { SlicedScenario } from './run-store.ts';
import type { Turn } from './turn.ts';

export function closeShard(turn: Turn, active: ActiveShard, outcome: ShardOutcome): void {
  const { run } = active;
  addCounts(run.record.steps, outcome.steps);
  measureSteps(turn, outcome.steps);
  turn.dirtyRuns.add(run);
  if (active.shard.kind === 'whole') {
    if (outcome.verdict.outcome === 'passed') learn(turn, active, outcome.durationMs);
    closeScenario(turn, active, outcome);
    return;
  }
  const sliced = closeSlice(turn, active, outcome);
  if (sliced.openCount > 0 || !sliced.verdict) return;
  if (sliced.verdict.outcome === 'passed') learn(turn, active, sliced.durationMs);
  closeScenario(turn, active, { verdict: sliced.verdict, flaky: sliced.flaky });
}

function measureSteps({ grid }: Turn, steps: OutcomeCounts): void {
  // Flaky ones are among the passed.
  for (const [outcome, count] of Object.entries(steps))
    if (count > 0 && outcome !== 'flaky')
      grid.meter.add('cleangrid.steps', count, { 'cleangrid.outcome': outcome });
}

function closeSlice(turn: Turn, active: ActiveShard, outcome: ShardOutcome): SlicedScenario {
  const { ordinal } = active.run.record;
  const { scenario } = active.place;
  const before = turn.grid.store.slicedScenario(ordinal, scenario);
  invariant(before && before.openCount > 0, 'a slice closes once, and belongs to a sliced scenario');
  const after: SlicedScenario = {
    ...before,
    openCount: before.openCount - 1,
    verdict: before.verdict ? scenarioVerdict([before.verdict, outcome.verdict]) : outcome.verdict,
    flaky: before.flaky || outcome.flaky,
    durationMs: before.durationMs + outcome.durationMs,
    waitedMs: before.waitedMs + outcome.waitedMs,
    serviceLogs: outcome.serviceLogs.length > 0 ? outcome.serviceLogs : before.serviceLogs,
  };
  turn.writes.putSlicedScenario(ordinal, scenario, after);
  return after;
}

function closeScenario(
  turn: Turn,
  active: ActiveShard,
  ended: Pick<ShardOutcome, 'verdict' | 'flaky'>,
): void {
  const { run, place } = active;
  const { scenarios } = run.record;
  scenarios[ended.verdict.outcome] += 1;
  turn.grid.meter.add('cleangrid.scenarios', 1, { 'cleangrid.outcome': ended.verdict.outcome });
  if (ended.flaky && ended.verdict.outcome === 'passed') scenarios.flaky += 1;
  turn.addEvent(run, { kind: 'scenario_finished', scenario: place.scenario });
}

/** Only what passed tells how long it takes: a failure ends early, or waits for a timeout. */
function learn(turn: Turn, active: ActiveShard, durationMs: number): void {
  turn.learned.push({ scenario: headOf(turn.grid, active).scenario, durationMs });
}

/** Some of its scenarios have no verdict yet. */
export function hasWork({ record }: ActiveRun): boolean {
  const { passed, failed, broken, skipped, cancelled } = record.scenarios;
  return passed + failed + broken + skipped + cancelled < record.scenarioCount;
}

/** After the last scenario of a complete plan. */
export function finishRun(turn: Turn, run: ActiveRun): void {
  const { record } = run;
  if (record.state !== 'running' || hasWork(run)) return;
  record.state = 'finished';
  record.finishedAtMs = turn.grid.clock.nowMs();
  turn.addEvent(run, { kind: 'run_finished' });
  turn.grid.runs.delete(record.run);
  turn.grid.isPruneDue = true;
  const { scenarios } = record;
  turn.afterCommit(() => turn.grid.logger.info({ ...runLogFields(record), scenarios }, 'run finished'));
}

function addCounts(sum: OutcomeCounts, counts: OutcomeCounts): void {
  for (const [outcome, count] of Object.entries(counts)) sum[outcome as keyof OutcomeCounts] += count;
}
