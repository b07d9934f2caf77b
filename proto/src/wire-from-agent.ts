/** What agents say ↔ `cleangrid.v1.FromAgent`. Beats have a call of their own. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { unreachable } from '@cleangrid/core/errors.ts';
import { type AgentId, type GridId, id, type StepId } from '@cleangrid/core/ids.ts';
import type { Epoch, FromAgent } from '@cleangrid/core/protocol.ts';
import {
  EpochSchema,
  FromAgentSchema,
  type Close as WireClose,
  type Epoch as WireEpoch,
  type FromAgent as WireFromAgent,
  type Hello as WireHello,
} from './gen/cleangrid/v1/agents_pb.ts';
import { unreadable } from './unreadable.ts';
import {
  decodeCheck,
  decodeExecutor,
  decodeLog,
  decodeRef,
  decodeResult,
  encodeCheck,
  encodeExecutor,
  encodeLog,
  encodeRef,
  encodeResult,
} from './wire-result.ts';
import { decodePoolCount, encodePoolCount } from './wire-pool-count.ts';
import { decodeVerdict, encodeVerdict } from './wire-verdict.ts';

/** Everything that travels on the call `Connect`. */
export type AgentMessage = Exclude<FromAgent, { kind: 'beat' }>;

type Of<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;
type Shape = NonNullable<MessageInitShape<typeof FromAgentSchema>['kind']>;

export function encodeFromAgent(message: AgentMessage): WireFromAgent {
  return create(FromAgentSchema, { kind: shape(message) });
}

/** Throws `version_mismatch`. */
export function decodeFromAgent({ kind }: WireFromAgent): AgentMessage {
  switch (kind.case) {
    case 'hello':
      return decodeHello(kind.value);
    case 'accepted':
    case 'started':
      return { kind: kind.case, ref: decodeRef(kind.value) };
    case 'frame': {
      const { ref, seq, results, spans, spanCount } = kind.value;
      return {
        kind: 'frame',
        ref: decodeRef(ref),
        seq,
        results: results.map(decodeResult),
        ...(spanCount > 0 && { spans: { count: spanCount, otlp: spans } }),
      };
    }
    case 'close':
      return decodeClose(kind.value);
    case 'stopped':
      return { kind: 'stopped', ref: decodeRef(kind.value.ref), survivors: kind.value.survivors };
    case 'progress':
      return { kind: 'progress', ref: decodeRef(kind.value.ref), step: id<StepId>(kind.value.step) };
    case 'preparing':
      return { kind: 'preparing', ref: decodeRef(kind.value.ref), message: kind.value.message };
    case 'pool':
      return { kind: 'pool', pool: kind.value.pool.map(decodePoolCount) };
    case undefined:
      return unreadable('a message of an unknown kind');
    default:
      return unreachable(kind);
  }
}

export function encodeEpoch(epoch: Epoch): WireEpoch {
  return create(EpochSchema, epoch);
}

export function decodeEpoch({ grid, number }: WireEpoch): Epoch {
  return { grid: id<GridId>(grid), number };
}

function shape(message: AgentMessage): Shape {
  switch (message.kind) {
    case 'hello':
      return { case: 'hello', value: encodeHello(message) };
    case 'accepted':
    case 'started':
      return { case: message.kind, value: encodeRef(message.ref) };
    case 'frame': {
      const { ref, seq, results, spans } = message;
      const told = spans ? { spans: spans.otlp, spanCount: spans.count } : {};
      return {
        case: 'frame',
        value: { ref: encodeRef(ref), seq, results: results.map(encodeResult), ...told },
      };
    }
    case 'close':
      return { case: 'close', value: encodeClose(message) };
    case 'stopped':
      return { case: 'stopped', value: { ref: encodeRef(message.ref), survivors: message.survivors } };
    case 'progress':
      return { case: 'progress', value: { ref: encodeRef(message.ref), step: message.step } };
    case 'preparing':
      return { case: 'preparing', value: { ref: encodeRef(message.ref), message: message.message } };
    case 'pool':
      return { case: 'pool', value: { pool: message.pool.map(encodePoolCount) } };
    default:
      return unreachable(message);
  }
}

function encodeHello(hello: Of<'hello'>): Extract<Shape, { case: 'hello' }>['value'] {
  const { agent, boot, connection, version, host, slots, executor, holds, epoch } = hello;
  return {
    agent,
    boot: BigInt(boot),
    connection,
    version,
    host,
    slots,
    executor: encodeExecutor(executor),
    holds: holds.map(encodeRef),
    ...(epoch && { epoch: encodeEpoch(epoch) }),
  };
}

function decodeHello(hello: WireHello): Of<'hello'> {
  const { agent, boot, connection, version, host, slots, executor, holds, epoch } = hello;
  return {
    kind: 'hello',
    agent: id<AgentId>(agent),
    boot: Number(boot),
    connection,
    version,
    host,
    slots,
    executor: decodeExecutor(executor),
    holds: holds.map(decodeRef),
    epoch: epoch ? decodeEpoch(epoch) : null,
  };
}

function encodeClose({ ref, close }: Of<'close'>): Extract<Shape, { case: 'close' }>['value'] {
  const { lastSeq, verdict, durationMs, waitedMs, reused, failedChecks, serviceLogs } = close;
  return {
    ref: encodeRef(ref),
    lastSeq,
    verdict: encodeVerdict(verdict),
    durationMs,
    waitedMs,
    reused,
    failedChecks: failedChecks.map(encodeCheck),
    serviceLogs: serviceLogs.map(encodeLog),
  };
}

function decodeClose(wire: WireClose): Of<'close'> {
  const { lastSeq, durationMs, waitedMs, reused } = wire;
  const verdict = decodeVerdict(wire.verdict);
  const failedChecks = wire.failedChecks.map(decodeCheck);
  const serviceLogs = wire.serviceLogs.map(decodeLog);
  return {
    kind: 'close',
    ref: decodeRef(wire.ref),
    close: { lastSeq, verdict, durationMs, waitedMs, reused, failedChecks, serviceLogs },
  };
}
