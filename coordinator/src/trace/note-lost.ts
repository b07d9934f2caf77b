/** The span of an attempt whose agent was lost: without it what the agent had sent before would hang in the air. */

import type { Attempt } from '@cleangrid/core/shard.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { verdictAttributes, verdictStatus } from '@cleangrid/core/trace/error-type.ts';
import { broken } from '@cleangrid/core/verdict.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { attemptSpanId, queueSpan } from '@cleangrid/proto/trace-ids.ts';
import { headOf } from '../find-shard.ts';
import type { ActiveShard } from '../grid.ts';
import type { Turn } from '../turn.ts';
import { coordinatorSpan } from './note-spans.ts';

/** Nothing for one that never began, or whose agent told its end, and so made the span itself. */
export function noteLost(turn: Turn, active: ActiveShard, attempt: Attempt | null): void {
  const { run, place, shard } = active;
  const { traceMode, run: id } = run.record;
  if (traceMode === 'off' || !attempt?.started || attempt.phase.state === 'closed') return;
  const ref = { run: id, shard: shardId(place), attempt: attempt.number };
  const { traceId, spanId } = queueSpan(traceMode, ref);
  const { name } = headOf(turn.grid, active);
  const verdict =
    shard.state === 'closed'
      ? shard.outcome.verdict
      : broken('agent_lost', `agent ${attempt.owner.agent} was lost`);
  const span = coordinatorSpan('scenario', {
    traceId,
    spanId: attemptSpanId(ref, 'scenario'),
    parentSpanId: spanId,
    named: name,
    startUs: attempt.assignedAtMs * 1000,
    endUs: turn.grid.clock.nowMs() * 1000,
    status: verdictStatus(verdict),
    attributes: {
      'cicd.pipeline.run.id': id,
      'cleangrid.shard': ref.shard,
      'cleangrid.attempt': ref.attempt,
      'test.suite.name': name,
      ...verdictAttributes(verdict),
    },
  });
  turn.addSpans(run, { count: 1, otlp: encodeSpans([span]) }, { place, attempt: attempt.number });
}
