/** Takes in a run: blobs first, then the plan chunk by chunk; work on a chunk begins with its commit (rule 1). */

import { createHash } from 'node:crypto';
import { invariant } from '@cleangrid/core/errors.ts';
import { type Sha256, id } from '@cleangrid/core/ids.ts';
import { brokenRetriesMax, submitPageMax, submitPagesAhead } from '@cleangrid/core/limits.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import type { Submission, SubmittedScenario } from '@cleangrid/core/run-service.ts';
import type { ScenarioHead } from '@cleangrid/core/scenario-head.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { PlannedShard } from '@cleangrid/core/shard-plan.ts';
import { planShards } from '@cleangrid/core/shard-plan.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { sweepRun } from './cancel-run.ts';
import type { EventLoop } from './event-loop.ts';
import { activeRun } from './find-shard.ts';
import type { ActiveRun, Grid } from './grid.ts';
import type { StoredRun, StoredSuite } from './run-store.ts';
import { shardHead } from './shard-head.ts';
import { notePlan } from './trace/note-spans.ts';
import type { Turn } from './turn.ts';

/** The same run id again takes up where the first submission ended; rejects as `RunService.submit` does. */
export async function submitRun(grid: Grid, loop: EventLoop, submission: Submission): Promise<void> {
  const known = grid.store.run(submission.run);
  if (known && known.state !== 'submitting') return;
  for (const [sha256, load] of submission.blobs) {
    if (!(await grid.blobs.has(sha256))) await grid.blobs.put(sha256, await load());
  }
  const suites: StoredSuite[] = [];
  for (const suite of submission.suites) suites.push(await storeSuite(grid.blobs, suite));
  await loop.request((turn) => beginRun(turn, submission, suites));
  await storePlan(loop, submission);
  await loop.request((turn) => endPlan(turn, submission));
}

/** The next pages are fetched while the last ones wait for their commit: else a busy grid would wait for its plan. */
async function storePlan(loop: EventLoop, submission: Submission): Promise<void> {
  const waiting: Promise<void>[] = [];
  // A page after one that was refused would have no place, and is not asked for: the loop may be up again.
  const refused: unknown[] = [];
  let ordinal = 0;
  for await (const chunk of submission.scenarios) {
    for (let from = 0; from < chunk.length; from += submitPageMax) {
      if (refused.length > 0) throw refused[0];
      const page = { ordinal, scenarios: chunk.slice(from, from + submitPageMax) };
      const stored = loop.request((turn) => addScenarios(turn, loop, { submission, ...page }));
      stored.catch((error: unknown) => refused.push(error));
      waiting.push(stored);
      if (waiting.length >= submitPagesAhead) await waiting.shift();
      ordinal += page.scenarios.length;
    }
  }
  await Promise.all(waiting);
}

async function storeSuite(blobs: BlobStore, suite: PlannedSuite): Promise<StoredSuite> {
  const bytes = new TextEncoder().encode(JSON.stringify(suite));
  const blob = id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
  if (!(await blobs.has(blob))) await blobs.put(blob, bytes);
  return { name: suite.name, file: suite.file, blob };
}

function beginRun(turn: Turn, { run, traceMode }: Submission, suites: StoredSuite[]): void {
  const { grid } = turn;
  if (grid.store.run(run)) return;
  const record: Omit<StoredRun, 'ordinal'> = {
    run,
    suites,
    traceMode,
    traceUrl: grid.traceUrl,
    state: 'submitting',
    cancelling: null,
    submittedAtMs: grid.clock.nowMs(),
    finishedAtMs: null,
    scenarioCount: 0,
    stepCount: 0,
    scenarios: noOutcomes(),
    steps: noOutcomes(),
    cursor: 0,
  };
  const ordinal = turn.writes.addRun(record);
  if (traceMode !== 'off') turn.writes.spans.open(ordinal);
  const active = activeRun({ ...record, ordinal }, turn.nowMs);
  grid.runs.set(run, active);
  turn.addEvent(active, { kind: 'run_started' });
}

interface Page {
  submission: Submission;
  /** Of its first scenario. */
  ordinal: number;
  scenarios: SubmittedScenario[];
}

/** What an earlier submission of the same run has stored already is left as it is. */
function addScenarios(turn: Turn, loop: EventLoop, { submission, ordinal, scenarios }: Page): void {
  const { grid } = turn;
  const run = grid.runs.get(submission.run);
  if (run?.record.state !== 'submitting') return;
  const { record } = run;
  invariant(ordinal <= record.scenarioCount, 'a plan arrives in its order');
  const fresh = scenarios.slice(record.scenarioCount - ordinal);
  const expected = grid.store.expectedMs(fresh.map(({ head }) => head.scenario));
  for (const [index, submitted] of fresh.entries()) {
    const { head } = submitted;
    addScenario(turn, run, {
      submitted,
      shards: planShards(head, record.scenarioCount, expected[index] ?? null),
    });
    record.scenarioCount += 1;
    record.stepCount += head.steps.length;
  }
  run.lastChunkMs = turn.nowMs;
  turn.dirtyRuns.add(run);
  if (record.cancelling !== null) turn.afterCommit(() => loop.post((next) => sweepRun(next, loop, run)));
}

interface Sharded {
  submitted: SubmittedScenario;
  shards: PlannedShard[];
}

function addScenario(turn: Turn, run: ActiveRun, { submitted, shards }: Sharded): void {
  const { ordinal, scenarioCount } = run.record;
  const { head } = submitted;
  for (const planned of shards) {
    const { place, kind, from, to, expectedMs } = planned;
    const stored = { run: ordinal, place, expectedMs, shard: waitingShard(kind, head, to - from) };
    turn.writes.addShard(stored, {
      head: shardHead(head, head.steps.slice(from, to)),
      json: jsonOf(submitted, planned),
    });
    if (run.record.cancelling === null) run.waiting.add(stored);
  }
  if (shards[0]?.kind !== 'slice') return;
  turn.writes.putSlicedScenario(ordinal, scenarioCount, {
    openCount: shards.length,
    hasStarted: false,
    verdict: null,
    flaky: false,
    durationMs: 0,
    waitedMs: 0,
    serviceLogs: [],
  });
}

function jsonOf({ json, sliceable }: SubmittedScenario, { kind, from, to }: PlannedShard): string {
  if (kind === 'whole') return json;
  invariant(sliceable, 'what is sliced was opened');
  return JSON.stringify({ ...sliceable, steps: sliceable.steps.slice(from, to) });
}

function waitingShard(
  kind: Shard['kind'],
  { retries, pollutionCheck }: ScenarioHead,
  stepCount: number,
): Shard {
  return {
    state: 'waiting',
    attempt: null,
    kind,
    stepCount,
    budgets: {
      failed: retries,
      broken: brokenRetriesMax,
      pollution: pollutionCheck ? 1 : 0,
    },
    checksPollution: false,
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
  };
}

function endPlan(turn: Turn, { run }: Submission): void {
  const active = turn.grid.runs.get(run);
  if (active?.record.state !== 'submitting') return;
  active.record.state = 'running';
  turn.dirtyRuns.add(active);
  notePlan(turn, active);
}
