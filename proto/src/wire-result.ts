/** What became of a step ↔ `cleangrid/v1/result.proto`. */

import { create } from '@bufbuild/protobuf';
import type { FailedCheck } from '@cleangrid/core/expectation.ts';
import {
  type AgentId,
  id,
  type RunId,
  type ServiceName,
  type ShardId,
  type StepId,
} from '@cleangrid/core/ids.ts';
import type { SourcePlace } from '@cleangrid/core/plan.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import {
  type ExecutorKind,
  type KeptOutput,
  noOutput,
  type ServiceLog,
  type StepEvidence,
  type StepExit,
  type StepPlace,
  type StepResult,
} from '@cleangrid/core/result.ts';
import {
  AttemptRefSchema,
  FailedCheckSchema,
  KeptOutputSchema,
  ProcessesLeft,
  ServiceLogSchema,
  SourcePlaceSchema,
  StepEvidenceSchema,
  StepPlaceSchema,
  StepResultSchema,
  type AttemptRef as WireAttemptRef,
  ExecutorKind as WireExecutor,
  type FailedCheck as WireCheck,
  type KeptOutput as WireOutput,
  type ServiceLog as WireLog,
  type SourcePlace as WireSource,
  type StepEvidence as WireEvidence,
  type StepPlace as WirePlace,
  type StepResult as WireResult,
} from './gen/cleangrid/v1/result_pb.ts';
import { required } from './unreadable.ts';
import { wireEnum } from './wire-enum.ts';
import { decodeVerdict, encodeVerdict } from './wire-verdict.ts';

const executors = wireEnum<ExecutorKind, WireExecutor>('executor', {
  plain: WireExecutor.PLAIN,
  supervisor: WireExecutor.SUPERVISOR,
  none: WireExecutor.NONE,
});

const processes = wireEnum<StepEvidence['processesLeft'], ProcessesLeft>('processes left', {
  gone: ProcessesLeft.GONE,
  kept: ProcessesLeft.KEPT,
  dirty: ProcessesLeft.DIRTY,
});

export function encodeExecutor(executor: ExecutorKind): WireExecutor {
  return executors.encode(executor);
}

export function decodeExecutor(wire: WireExecutor): ExecutorKind {
  return executors.decode(wire);
}

export function encodeRef(ref: AttemptRef): WireAttemptRef {
  return create(AttemptRefSchema, ref);
}

export function decodeRef(wire: WireAttemptRef | undefined): AttemptRef {
  const { run, shard, attempt } = required(wire, 'attempt');
  return { run: id<RunId>(run), shard: id<ShardId>(shard), attempt };
}

export function encodeResult(result: StepResult): WireResult {
  const { step, verdict, startedAtMs, durationMs, exit, failedChecks, stdout, stderr, where, evidence } =
    result;
  const wire = create(StepResultSchema, {
    step,
    verdict: encodeVerdict(verdict),
    durationMs,
    exit: encodeExit(exit),
    failedChecks: failedChecks.map(encodeCheck),
  });
  if (startedAtMs !== null) wire.startedAtMs = startedAtMs;
  if (stdout.totalBytes > 0) wire.stdout = create(KeptOutputSchema, stdout);
  if (stderr.totalBytes > 0) wire.stderr = create(KeptOutputSchema, stderr);
  if (where !== null) wire.where = encodePlace(where);
  if (evidence !== null) wire.evidence = encodeEvidence(evidence);
  return wire;
}

export function decodeResult(wire: WireResult | undefined): StepResult {
  const result = required(wire, 'result');
  return {
    step: id<StepId>(result.step),
    verdict: decodeVerdict(result.verdict),
    startedAtMs: result.startedAtMs ?? null,
    durationMs: result.durationMs,
    exit: decodeExit(result.exit),
    failedChecks: result.failedChecks.map(decodeCheck),
    stdout: decodeOutput(result.stdout),
    stderr: decodeOutput(result.stderr),
    where: result.where ? decodePlace(result.where) : null,
    evidence: result.evidence ? decodeEvidence(result.evidence) : null,
  };
}

export function encodeSource(source: SourcePlace): WireSource {
  return create(SourcePlaceSchema, source);
}

export function decodeSource(wire: WireSource | undefined): SourcePlace {
  const { file, line, column } = required(wire, 'source');
  return { file, line, column };
}

export function encodeLog(log: ServiceLog): WireLog {
  return create(ServiceLogSchema, log);
}

export function decodeLog({ service, lines }: WireLog): ServiceLog {
  return { service: id<ServiceName>(service), lines };
}

function encodeExit(exit: StepExit | null): WireResult['exit'] {
  if (exit === null) return { case: undefined };
  return exit.kind === 'code'
    ? { case: 'exitCode', value: exit.code }
    : { case: 'exitSignal', value: exit.signal };
}

function decodeExit(wire: WireResult['exit']): StepExit | null {
  if (wire.case === undefined) return null;
  return wire.case === 'exitCode'
    ? { kind: 'code', code: wire.value }
    : { kind: 'signal', signal: wire.value };
}

export function encodeCheck({ what, expected, actual, source }: FailedCheck): WireCheck {
  const wire = create(FailedCheckSchema, { what, expected, actual });
  if (source !== null) wire.source = encodeSource(source);
  return wire;
}

export function decodeCheck({ what, expected, actual, source }: WireCheck): FailedCheck {
  return { what, expected, actual, source: source ? decodeSource(source) : null };
}

function decodeOutput(wire: WireOutput | undefined): KeptOutput {
  if (!wire) return noOutput;
  const { head, tail, totalBytes, cutBytes } = wire;
  return { head, tail, totalBytes, cutBytes };
}

function encodePlace({ agent, container, service, executor }: StepPlace): WirePlace {
  const wire = create(StepPlaceSchema, { agent, container, executor: encodeExecutor(executor) });
  if (service !== null) wire.service = service;
  return wire;
}

function decodePlace({ agent, container, service, executor }: WirePlace): StepPlace {
  return {
    agent: id<AgentId>(agent),
    container,
    service: service === undefined ? null : id<ServiceName>(service),
    executor: decodeExecutor(executor),
  };
}

function encodeEvidence({ processesLeft, ...measured }: StepEvidence): WireEvidence {
  return create(StepEvidenceSchema, { ...measured, processesLeft: processes.encode(processesLeft) });
}

function decodeEvidence(wire: WireEvidence): StepEvidence {
  const { userCpuMs, systemCpuMs, peakMemoryBytes, survivorsKilled, oom, processesLeft } = wire;
  const measured = { userCpuMs, systemCpuMs, peakMemoryBytes, survivorsKilled, oom };
  return { ...measured, processesLeft: processes.decode(processesLeft) };
}
