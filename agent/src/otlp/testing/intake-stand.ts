/** For tests: an intake with one agent's attempts, and what arrived for each. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { type AgentId, id, type RunId, type ShardId } from '@cleangrid/core/ids.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanExpectations } from '@cleangrid/core/trace/span-expectations.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import pino from 'pino';
import { scenario } from '../../fake/scripted-scenario.ts';
import { virtualClock } from '../../fake/virtual-clock.ts';
import type { AttemptSpans, SpanSource } from '../attempt-spans.ts';
import { SpanIntake } from '../span-intake.ts';

export const expectsSomething: SpanExpectations = [
  { kind: 'acyclic', source: { file: 'a.cleangrid.toml', line: 1, column: 1 } },
];

export function source(name: string, service: string | null = name): SpanSource {
  return { id: name, service, session: { tunnels: null } };
}

export interface OpenAttempt {
  attempt: AttemptSpans;
  /** What was handed on to be stored. */
  stored: Span[];
  bytes: Uint8Array[];
}

export interface IntakeStand {
  intake: SpanIntake;
  /** `name`: a digit, of which its steps' span id consists. `trace`: a digit of which its trace id consists. */
  open(name: string, trace: string | null, containers: SpanSource[]): OpenAttempt;
}

export function intakeStand(clock: Clock = virtualClock()): IntakeStand {
  const intake = new SpanIntake({ clock, host: 'host', logger: pino({ enabled: false }) });
  return {
    intake,
    open(name, trace, containers) {
      const stored: Span[] = [];
      const bytes: Uint8Array[] = [];
      const delivery = {
        ref: { run: id<RunId>('r'), shard: id<ShardId>(name), attempt: 1 },
        agent: id<AgentId>('a'),
        scenario: { ...scenario([]), spans: expectsSomething },
        trace: trace === null ? null : { traceId: trace.repeat(32), spanId: 'b'.repeat(16) },
      };
      const attempt = intake.open({
        delivery,
        containers,
        parents: () => [name.repeat(16)],
        arrived: ({ otlp }) => {
          bytes.push(otlp);
          stored.push(...decodeSpans(otlp));
        },
      });
      return { attempt, stored, bytes };
    },
  };
}
