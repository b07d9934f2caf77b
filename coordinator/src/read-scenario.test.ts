import {
  type AgentId,
  type GridId,
  id,
  type RunId,
  type ScenarioId,
  type StepId,
} from '@cleangrid/core/ids.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import { noOutput, type StepResult } from '@cleangrid/core/result.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import { broken, noOutcomes, passed } from '@cleangrid/core/verdict.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteRunStore } from './adapters/sqlite-run-store.ts';
import { shardPlan } from './fake/stored.ts';
import { readScenario } from './read-scenario.ts';
import type { RunStore, StoredRun } from './run-store.ts';
import { withStepBriefs } from './step-briefs.ts';

const place = { scenario: 0, slice: 0 };
const lost = broken('agent_lost', 'agent-1 fell silent');

describe('what is read of a scenario', () => {
  let store: RunStore;
  let run: StoredRun;

  beforeEach(() => {
    store = openSqliteRunStore({ directory: null });
    run = store.transaction((writes) => {
      writes.beginEpoch(id<GridId>('grid'));
      const record = makeRun();
      const ordinal = writes.addRun(record);
      const shard = makeShard();
      writes.addShard({ run: ordinal, place, expectedMs: 1, shard }, shardPlan(makePlan()));
      writes.addFrame({ run: ordinal, place, attempt: 1, seq: 1, results: [result('steps.0')] });
      return { ...record, ordinal };
    });
  });

  afterEach(() => store.close());

  it('tells by a digest whether steps expect the same, wherever that is written', () => {
    const digestOf = (exit: PlannedStep['expect']['exit']): string | undefined => {
      const [first] = makePlan().steps;
      invariant(first, 'the plan has steps');
      const step = { ...first, expect: { ...first.expect, exit } };
      const json = JSON.stringify({ ...makePlan(), steps: [step] });
      const reads = withStepBriefs({ ...store, plan: () => json });
      return readScenario(reads, run, 0).steps[0]?.expectDigest;
    };
    const at = (line: number) => ({ file: 'suite.toml', line, column: 1 });
    const zero = digestOf({ kind: 'codes', codes: [0], source: at(1) });
    expect(zero).toMatch(/^[0-9a-f]{16}$/u);
    expect(digestOf({ kind: 'codes', codes: [0], source: at(9) })).toBe(zero);
    expect(digestOf({ kind: 'any', source: at(1) })).not.toBe(zero);
  });

  it('names the steps of a plan that cannot be read by their ids', () => {
    const withoutExpect = makePlan().steps.map((step) => ({ ...step, expect: undefined }));
    for (const plan of ['{', JSON.stringify({ ...makePlan(), steps: withoutExpect })]) {
      const reads = withStepBriefs({ ...store, plan: () => plan });
      const { steps } = readScenario(reads, run, 0);
      expect(steps.map(({ id, name }) => [id, name])).toEqual(
        makePlan().steps.map((step) => [step.id, step.id]),
      );
      expect(steps[0]?.result?.verdict).toEqual(result('steps.0').verdict);
    }
  });

  it('does not merge results that came after the attempt was given up', () => {
    store.transaction((writes) =>
      writes.addFrame({ run: run.ordinal, place, attempt: 1, seq: 2, results: [result('steps.1')] }),
    );
    const { steps } = readScenario(withStepBriefs(store), run, 0);
    expect(steps.map((step) => step.result?.verdict)).toEqual([passed, lost]);
  });
});

/** Closed when its attempt was lost after its first frame, with no budget left. */
function makeShard(): Shard {
  return {
    state: 'closed',
    kind: 'whole',
    stepCount: 2,
    budgets: { failed: 0, broken: 0, pollution: 0 },
    checksPollution: false,
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
    attempt: {
      number: 1,
      owner: { agent: id<AgentId>('agent-1'), boot: 1, host: 'host-1' },
      assignedAtMs: 0,
      publishNumber: 1,
      fresh: false,
      lastSeq: 1,
      started: true,
      phase: { state: 'lost', resumable: true, dead: false },
    },
    outcome: {
      verdict: lost,
      flaky: false,
      results: 1,
      rest: lost,
      steps: { ...noOutcomes(), passed: 1, broken: 1 },
      durationMs: 0,
      waitedMs: 0,
      failedChecks: [],
      serviceLogs: [],
    },
  };
}

function makeRun(): Omit<StoredRun, 'ordinal'> {
  return {
    run: id<RunId>('run-1'),
    suites: [{ name: 'suite', file: 'suite.toml', blob: id('00') }],
    state: 'running',
    cancelling: null,
    traceMode: 'off',
    traceUrl: null,
    submittedAtMs: 0,
    finishedAtMs: null,
    scenarioCount: 1,
    stepCount: 2,
    scenarios: noOutcomes(),
    steps: noOutcomes(),
    cursor: 0,
  };
}

function makePlan(): PlannedScenario {
  return {
    id: id<ScenarioId>('scenario'),
    suite: 0,
    name: 'scenario',
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: 'sequential',
    timeoutMs: 1000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps: [makeStep('steps.0'), makeStep('steps.1')],
    source: { file: 'suite.toml', line: 1, column: 1 },
  };
}

function makeStep(name: string): PlannedStep {
  return {
    id: id<StepId>(name),
    name,
    phase: 'steps',
    in: null,
    command: { kind: 'argv', argv: [['true']] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 1000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'any', source: null }, stdout: [], stderr: [], duration: [] },
    source: { file: 'suite.toml', line: 1, column: 1 },
  };
}

function result(step: string): StepResult {
  return {
    step: id<StepId>(step),
    verdict: passed,
    startedAtMs: null,
    durationMs: 1,
    exit: { kind: 'code', code: 0 },
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where: null,
    evidence: null,
  };
}
