/** What the coordinator tells of its agents ↔ `AgentRecord` of `cleangrid/v1/runs.proto`. */

import { create } from '@bufbuild/protobuf';
import { type AgentId, id, type RunId } from '@cleangrid/core/ids.ts';
import type { AgentRecord } from '@cleangrid/core/run-service.ts';
import { AgentRecordSchema, AgentState, type AgentRecord as WireAgent } from './gen/cleangrid/v1/runs_pb.ts';
import { wireEnum } from './wire-enum.ts';
import { decodePoolCount, encodePoolCount } from './wire-pool-count.ts';
import { decodeExecutor, encodeExecutor } from './wire-result.ts';

const states = wireEnum<AgentRecord['state'], AgentState>('agent state', {
  ready: AgentState.READY,
  connecting: AgentState.CONNECTING,
  absent: AgentState.ABSENT,
  unproven: AgentState.UNPROVEN,
  troubled: AgentState.TROUBLED,
});

export function encodeAgent({ executor, version, state, pool, ...always }: AgentRecord): WireAgent {
  const wire = create(AgentRecordSchema, {
    ...always,
    pool: pool.map(encodePoolCount),
    state: states.encode(state),
  });
  if (executor !== null) wire.executor = encodeExecutor(executor);
  if (version !== null) wire.version = version;
  return wire;
}

/** Throws `version_mismatch`. */
export function decodeAgent(wire: WireAgent): AgentRecord {
  const { agent, host, state, slots, held, running, runs, executor, version, pool } = wire;
  return {
    agent: id<AgentId>(agent),
    host,
    state: states.decode(state),
    slots,
    held,
    running,
    runs: runs.map((run) => id<RunId>(run)),
    executor: executor === undefined ? null : decodeExecutor(executor),
    version: version ?? null,
    pool: pool.map(decodePoolCount),
  };
}
