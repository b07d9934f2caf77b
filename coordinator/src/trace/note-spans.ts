/** The coordinator's own spans, stored in the transaction that they tell of: the plan, and the wait of each attempt in the queue. */

import { type OwnAttributes, type OwnSpanName, ownSpans } from '@cleangrid/core/trace/own-spans.ts';
import type { Span, SpanLink } from '@cleangrid/core/trace/span.ts';
import type { SpanPlace } from '@cleangrid/core/trace/span-batch.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { version } from '@cleangrid/core/version.ts';
import { encodeSpans } from '@cleangrid/proto/encode-spans.ts';
import { planSpanId, queueSpan, runSpan } from '@cleangrid/proto/trace-ids.ts';
import type { ActiveRun, ActiveShard } from '../grid.ts';
import { refOf, type Turn } from '../turn.ts';

/** One object: spans that share it share it on the wire. */
const resource = { 'service.name': 'cleangrid-coordinator', 'service.version': version };

/** The span that those of the present attempt hang below; null where none are made. */
export function queueSpanOf(active: ActiveShard): SpanPlace | null {
  const { traceMode } = active.run.record;
  return traceMode === 'off' ? null : queueSpan(traceMode, refOf(active, shardId(active.place)));
}

/** An attempt was assigned. A first one waited since the submission, a later one since the end of the one before: no time worth a span. */
export function noteQueue(turn: Turn, active: ActiveShard): void {
  const place = queueSpanOf(active);
  const { attempt } = active.shard;
  if (place === null || attempt === null) return;
  const { record } = active.run;
  const root = runSpan(record.run);
  const isOwnTrace = place.traceId !== root.traceId;
  const endUs = turn.grid.clock.nowMs() * 1000;
  const span = coordinatorSpan('queue', {
    ...place,
    parentSpanId: isOwnTrace ? null : root.spanId,
    startUs: attempt.number === 1 ? record.submittedAtMs * 1000 : endUs,
    endUs,
    links: isOwnTrace ? [{ ...root, attributes: {} }] : [],
    attributes: {
      'cicd.pipeline.run.id': record.run,
      'cleangrid.shard': shardId(active.place),
      'cleangrid.attempt': attempt.number,
      'service.instance.id': attempt.owner.agent,
    },
  });
  const of = { place: active.place, attempt: attempt.number };
  turn.addSpans(active.run, { count: 1, otlp: encodeSpans([span]) }, of);
}

/** The whole plan is stored. */
export function notePlan(turn: Turn, run: ActiveRun): void {
  const { record } = run;
  if (record.traceMode === 'off') return;
  const root = runSpan(record.run);
  const span = coordinatorSpan('plan', {
    traceId: root.traceId,
    spanId: planSpanId(record.run),
    parentSpanId: root.spanId,
    startUs: record.submittedAtMs * 1000,
    endUs: turn.grid.clock.nowMs() * 1000,
    attributes: {
      'cicd.pipeline.run.id': record.run,
      'cleangrid.scenario.count': record.scenarioCount,
      'cleangrid.step.count': record.stepCount,
    },
  });
  turn.addSpans(run, { count: 1, otlp: encodeSpans([span]) }, null);
}

export interface CoordinatorSpan extends Pick<Span, 'traceId' | 'spanId' | 'parentSpanId'> {
  /** Of a user's. */
  named?: string;
  startUs: number;
  endUs: number;
  attributes: OwnAttributes;
  links?: SpanLink[];
  status?: Span['status'];
}

export function coordinatorSpan(what: OwnSpanName, { named, ...made }: CoordinatorSpan): Span {
  const { name, kind } = ownSpans[what];
  return {
    events: [],
    links: [],
    status: { code: 'unset', message: '' },
    ...made,
    startUs: Math.floor(made.startUs),
    // Of no time at all, or where the clock was set back, a back end says that it is negative.
    endUs: Math.max(Math.floor(made.endUs), Math.floor(made.startUs) + 1),
    attributes: { ...made.attributes },
    name: named === undefined ? name : `${name} ${named}`,
    kind,
    resource,
    scope: 'cleangrid',
  };
}
