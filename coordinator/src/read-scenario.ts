/** Makes the one record of a scenario from the store: what was planned, and what became of it. */

import { hash } from 'node:crypto';
import type { Expectations } from '@cleangrid/core/expectation.ts';
import type { StepId } from '@cleangrid/core/ids.ts';
import { type StepResult, noOutput } from '@cleangrid/core/result.ts';
import type { AttemptRecord, RunRecord, ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import type { Attempt } from '@cleangrid/core/shard.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { attemptRecord } from '@cleangrid/core/shard-state.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import { prunedError } from './known-run.ts';
import type { SlicedScenario, StoredRun, StoredShard } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';
import type { ScenarioReads } from './step-briefs.ts';

/** Throws as the store does, like `readEnded`. */
export function readScenario(store: ScenarioReads, run: StoredRun, scenario: number): ScenarioRecord {
  const parts = partsOf(store, run, scenario);
  return { ...headOf(run, parts), steps: allSteps(store, parts) };
}

/** As it is told of when it ends: without its steps where it passed, because there may be very many. */
export function readEnded(store: ScenarioReads, run: StoredRun, scenario: number): ScenarioRecord {
  const parts = partsOf(store, run, scenario);
  const head = headOf(run, parts);
  return { ...head, steps: head.verdict?.outcome === 'passed' ? [] : allSteps(store, parts) };
}

interface ScenarioParts {
  shards: StoredShard[];
  /** Of the first shard. */
  first: ShardHead;
  sliced: SlicedScenario | null;
}

function partsOf(store: ScenarioReads, run: StoredRun, scenario: number): ScenarioParts {
  const shards = store.shardsOfScenario(run.ordinal, scenario);
  if (!shards[0]) throw prunedError();
  const { place } = shards[0];
  const sliced = place.slice > 0 ? store.slicedScenario(run.ordinal, scenario) : null;
  return { shards, first: store.head(run.ordinal, place), sliced };
}

function headOf(run: StoredRun, { shards, first, sliced }: ScenarioParts): Omit<ScenarioRecord, 'steps'> {
  const suite = run.suites[first.suite];
  return {
    id: first.scenario,
    suite: suite?.name ?? '',
    file: suite?.file ?? first.source.file,
    name: first.name,
    tags: first.tags,
    source: first.source,
    ...ending(shards, sliced),
    spanExpectations: first.spans,
    attempts: shards.flatMap(attemptsOf),
  };
}

function allSteps(store: ScenarioReads, { shards }: ScenarioParts): StepRecord[] {
  return shards.flatMap((shard) => stepsOf(store, shard));
}

export function runRecord(run: StoredRun): RunRecord {
  return {
    run: run.run,
    suites: run.suites.map((suite) => suite.name),
    state: run.state,
    cancelling: run.cancelling !== null,
    traceMode: run.traceMode,
    traceUrl: run.traceUrl,
    submittedAtMs: run.submittedAtMs,
    finishedAtMs: run.finishedAtMs,
    scenarioCount: run.scenarioCount,
    stepCount: run.stepCount,
    scenarios: { ...run.scenarios },
    steps: { ...run.steps },
  };
}

type Ended = Pick<
  ScenarioRecord,
  'verdict' | 'flaky' | 'durationMs' | 'waitedMs' | 'failedChecks' | 'serviceLogs'
>;

function ending(shards: StoredShard[], sliced: SlicedScenario | null): Ended {
  if (sliced) {
    const { durationMs, waitedMs, serviceLogs } = sliced;
    const verdict = sliced.openCount === 0 ? sliced.verdict : null;
    const flaky = sliced.flaky && verdict?.outcome === 'passed';
    return { verdict, flaky, durationMs, waitedMs, failedChecks: [], serviceLogs };
  }
  const shard = shards[0]?.shard;
  if (shard?.state !== 'closed')
    return { verdict: null, flaky: false, durationMs: 0, waitedMs: 0, failedChecks: [], serviceLogs: [] };
  const { verdict, flaky, durationMs, waitedMs, failedChecks, serviceLogs } = shard.outcome;
  return { verdict, flaky, durationMs, waitedMs, failedChecks, serviceLogs };
}

function attemptsOf({ place, shard }: StoredShard): AttemptRecord[] {
  const attempts = shard.attempt ? [...shard.earlier, attemptRecord(shard.attempt, false)] : shard.earlier;
  return attempts.map((attempt) => ({ ...attempt, shard: shardId(place) }));
}

function stepsOf(store: ScenarioReads, stored: StoredShard): StepRecord[] {
  const results = resultsOf(store, stored);
  const { shard } = stored;
  const rest = shard.state === 'closed' ? shard.outcome.rest : null;
  return Array.from(store.stepBriefs(stored.run, stored.place), ([id, { expect, ...step }]) => ({
    id,
    ...step,
    expectDigest: digestOf(expect),
    result: results.get(id) ?? (rest ? unheard(id, rest) : null),
  }));
}

/** Where an expectation stands in its file says nothing of it. */
function digestOf(expect: Expectations): string {
  const text = JSON.stringify(expect, (key, value: unknown) => (key === 'source' ? undefined : value));
  return hash('sha256', text).slice(0, expectDigestLength);
}

/** Long enough that no two expectations share it by chance. */
const expectDigestLength = 16;

/** Of an open shard: what is final, and what its newest attempt has reported. */
function resultsOf(store: ScenarioReads, { run, place, shard }: StoredShard): Map<StepId, StepResult> {
  const results = new Map<StepId, StepResult>();
  const newest = shard.state === 'closed' ? shard.outcome.results : (shard.attempt?.number ?? null);
  const attempts = new Set(Object.values(shard.finals).map((final) => final.attempt));
  if (newest !== null) attempts.add(newest);
  for (const attempt of attempts) {
    const seqs =
      attempt === shard.attempt?.number ? mergedSeqs(shard.attempt) : store.frameSeqs(run, place, attempt);
    for (const seq of seqs) {
      for (const result of store.frame({ run, place, attempt, seq })) {
        const source = shard.finals[result.step]?.attempt ?? newest;
        if (source === attempt && !results.has(result.step)) results.set(result.step, result);
      }
    }
  }
  return results;
}

/** Frames of the newest attempt that came after it was given up are evidence, and nothing more. */
function mergedSeqs({ lastSeq }: Attempt): number[] {
  return Array.from({ length: lastSeq }, (_, index) => index + 1);
}

function unheard(step: StepId, verdict: Verdict): StepResult {
  return {
    step,
    verdict,
    startedAtMs: null,
    durationMs: 0,
    exit: null,
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where: null,
    evidence: null,
  };
}
