/** What the coordinator tells of a run ↔ the records of `cleangrid/v1/runs.proto`. */

import { create } from '@bufbuild/protobuf';
import {
  type AgentId,
  id,
  type RunId,
  type ScenarioId,
  type ShardId,
  type StepId,
} from '@cleangrid/core/ids.ts';
import type { StepPhase } from '@cleangrid/core/plan.ts';
import type {
  AttemptRecord,
  RunRecord,
  RunState,
  ScenarioRecord,
  StepRecord,
} from '@cleangrid/core/run-service.ts';
import {
  AttemptRecordSchema,
  AttemptState,
  RunRecordSchema,
  ScenarioRecordSchema,
  StepRecordSchema,
  type AttemptRecord as WireAttempt,
  StepPhase as WirePhase,
  type RunRecord as WireRun,
  type ScenarioRecord as WireScenario,
  RunState as WireState,
  type StepRecord as WireStep,
} from './gen/cleangrid/v1/runs_pb.ts';
import { required } from './unreadable.ts';
import { wireEnum } from './wire-enum.ts';
import {
  decodeCheck,
  decodeLog,
  decodeResult,
  decodeSource,
  encodeCheck,
  encodeLog,
  encodeResult,
  encodeSource,
} from './wire-result.ts';
import { decodeSpanExpectations, encodeSpanExpectations } from './wire-plan.ts';
import { wireTraceMode } from './wire-trace-mode.ts';
import { decodeCounts, decodeVerdict, encodeCounts, encodeVerdict } from './wire-verdict.ts';

const runStates = wireEnum<RunState, WireState>('run state', {
  submitting: WireState.SUBMITTING,
  running: WireState.RUNNING,
  finished: WireState.FINISHED,
  interrupted: WireState.INTERRUPTED,
});

const attemptStates = wireEnum<AttemptRecord['state'], AttemptState>('attempt state', {
  assigned: AttemptState.ASSIGNED,
  accepted: AttemptState.ACCEPTED,
  running: AttemptState.RUNNING,
  closed: AttemptState.CLOSED,
  lost: AttemptState.LOST,
  superseded: AttemptState.SUPERSEDED,
});

const phases = wireEnum<StepPhase, WirePhase>('step phase', {
  setup: WirePhase.SETUP,
  steps: WirePhase.STEPS,
  teardown: WirePhase.TEARDOWN,
});

export function encodeRun(record: RunRecord): WireRun {
  const { finishedAtMs, traceUrl, ...always } = record;
  const wire = create(RunRecordSchema, {
    ...always,
    state: runStates.encode(record.state),
    traceMode: wireTraceMode.encode(record.traceMode),
    scenarios: encodeCounts(record.scenarios),
    steps: encodeCounts(record.steps),
  });
  if (finishedAtMs !== null) wire.finishedAtMs = finishedAtMs;
  if (traceUrl !== null) wire.traceUrl = traceUrl;
  return wire;
}

/** Throws `version_mismatch`, as all that follow. */
export function decodeRun(wire: WireRun | undefined): RunRecord {
  const { run, suites, state, cancelling, submittedAtMs, finishedAtMs, ...rest } = required(wire, 'run');
  return {
    run: id<RunId>(run),
    suites,
    state: runStates.decode(state),
    cancelling,
    traceMode: wireTraceMode.decode(rest.traceMode),
    traceUrl: rest.traceUrl ?? null,
    submittedAtMs,
    finishedAtMs: finishedAtMs ?? null,
    scenarioCount: rest.scenarioCount,
    stepCount: rest.stepCount,
    scenarios: decodeCounts(rest.scenarios),
    steps: decodeCounts(rest.steps),
  };
}

export function encodeScenario(record: ScenarioRecord): WireScenario {
  const { verdict, spanExpectations, ...always } = record;
  const wire = create(ScenarioRecordSchema, {
    ...always,
    source: encodeSource(record.source),
    attempts: record.attempts.map(encodeAttempt),
    steps: record.steps.map(encodeStep),
    failedChecks: record.failedChecks.map(encodeCheck),
    serviceLogs: record.serviceLogs.map(encodeLog),
    spanExpectationsJson: encodeSpanExpectations(spanExpectations),
  });
  if (verdict !== null) wire.verdict = encodeVerdict(verdict);
  return wire;
}

export function decodeScenario(wire: WireScenario | undefined): ScenarioRecord {
  const record = required(wire, 'scenario');
  const { suite, file, name, tags, verdict, flaky, durationMs, waitedMs } = record;
  return {
    id: id<ScenarioId>(record.id),
    suite,
    file,
    name,
    tags,
    source: decodeSource(record.source),
    verdict: verdict ? decodeVerdict(verdict) : null,
    flaky,
    durationMs,
    waitedMs,
    attempts: record.attempts.map(decodeAttempt),
    steps: record.steps.map(decodeStep),
    failedChecks: record.failedChecks.map(decodeCheck),
    serviceLogs: record.serviceLogs.map(decodeLog),
    spanExpectations: decodeSpanExpectations(record.spanExpectationsJson),
  };
}

function encodeAttempt({ state, verdict, ...always }: AttemptRecord): WireAttempt {
  const wire = create(AttemptRecordSchema, {
    ...always,
    state: attemptStates.encode(state),
  });
  if (verdict !== null) wire.verdict = encodeVerdict(verdict);
  return wire;
}

function decodeAttempt({ shard, attempt, agent, host, fresh, state, verdict }: WireAttempt): AttemptRecord {
  return {
    shard: id<ShardId>(shard),
    attempt,
    agent: id<AgentId>(agent),
    host,
    fresh,
    state: attemptStates.decode(state),
    verdict: verdict ? decodeVerdict(verdict) : null,
  };
}

function encodeStep({ phase, source, result, ...always }: StepRecord): WireStep {
  const place = { phase: phases.encode(phase), source: encodeSource(source) };
  const wire = create(StepRecordSchema, { ...always, ...place });
  if (result !== null) wire.result = encodeResult(result);
  return wire;
}

function decodeStep({ name, phase, source, command, result, ...step }: WireStep): StepRecord {
  return {
    id: id<StepId>(step.id),
    name,
    phase: phases.decode(phase),
    source: decodeSource(source),
    command,
    expectDigest: step.expectDigest,
    result: result ? decodeResult(result) : null,
  };
}
