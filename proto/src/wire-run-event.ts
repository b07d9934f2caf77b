/** `RunEvent` ↔ `cleangrid.v1.RunEvent`. A finished scenario may need several of the latter. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { unreachable } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type ScenarioId, type StepId } from '@cleangrid/core/ids.ts';
import type { RunEvent } from '@cleangrid/core/run-service.ts';
import { RunEventSchema, type RunEvent as WireRunEvent } from './gen/cleangrid/v1/runs_pb.ts';
import { ScenarioJoiner, scenarioParts } from './scenario-parts.ts';
import { unreadable } from './unreadable.ts';
import { decodeResult, encodeResult } from './wire-result.ts';
import { decodeRun, encodeRun } from './wire-run-record.ts';
import { decodeVerdict, encodeVerdict } from './wire-verdict.ts';

type Shape = NonNullable<MessageInitShape<typeof RunEventSchema>['kind']>;

export function* encodeRunEvent(event: RunEvent): Generator<WireRunEvent> {
  const cursor = BigInt(event.cursor);
  if (event.kind !== 'scenario_finished') {
    yield create(RunEventSchema, { cursor, kind: shape(event) });
    return;
  }
  for (const value of scenarioParts(event.record)) {
    yield create(RunEventSchema, { cursor, kind: { case: 'scenarioFinished', value } });
  }
}

/** Reads one call's events, in order. */
export class RunEventReader {
  readonly #joiner = new ScenarioJoiner();

  /** Null for a part that is not the last of its event. Throws `version_mismatch`. */
  read(wire: WireRunEvent): RunEvent | null {
    const cursor = Number(wire.cursor);
    if (wire.kind.case !== 'scenarioFinished') return { cursor, ...decodeKind(wire.kind) };
    const record = this.#joiner.add(wire.kind.value);
    return record && { cursor, kind: 'scenario_finished', scenario: record.id, record };
  }
}

type Whole = Exclude<RunEvent, { kind: 'scenario_finished' }>;
type WithoutCursor<Event> = Event extends unknown ? Omit<Event, 'cursor'> : never;

function shape(event: Whole): Shape {
  switch (event.kind) {
    case 'run_started':
      return { case: 'runStarted', value: encodeRun(event.record) };
    case 'run_finished':
      return { case: 'runFinished', value: encodeRun(event.record) };
    case 'scenario_started': {
      const { scenario, suite, name, attempt, agent, host } = event;
      return { case: 'scenarioStarted', value: { scenario, suite, name, attempt, agent, host } };
    }
    case 'step_started': {
      const { scenario, step, name } = event;
      return { case: 'stepStarted', value: { scenario, step, name } };
    }
    case 'scenario_preparing': {
      const { scenario, name, message } = event;
      return { case: 'scenarioPreparing', value: { scenario, name, message } };
    }
    case 'step_finished': {
      const { scenario, name, result } = event;
      return { case: 'stepFinished', value: { scenario, name, result: encodeResult(result) } };
    }
    case 'steps_passed': {
      const { scenario, steps } = event;
      return { case: 'stepsPassed', value: { scenario, steps } };
    }
    case 'scenario_retried': {
      const { scenario, name, attempt, verdict } = event;
      return {
        case: 'scenarioRetried',
        value: { scenario, name, attempt, verdict: encodeVerdict(verdict) },
      };
    }
    case 'waiting':
      return { case: 'waiting', value: { message: event.message } };
    case 'away':
      throw new Error('only a client notices that a coordinator is away');
    default:
      return unreachable(event);
  }
}

function decodeKind(kind: Exclude<WireRunEvent['kind'], { case: 'scenarioFinished' }>): WithoutCursor<Whole> {
  switch (kind.case) {
    case 'runStarted':
      return { kind: 'run_started', record: decodeRun(kind.value) };
    case 'runFinished':
      return { kind: 'run_finished', record: decodeRun(kind.value) };
    case 'scenarioStarted': {
      const { suite, name, attempt, agent, host } = kind.value;
      return {
        kind: 'scenario_started',
        ...scenarioOf(kind.value),
        suite,
        name,
        attempt,
        agent: id<AgentId>(agent),
        host,
      };
    }
    case 'stepStarted': {
      const { step, name } = kind.value;
      return { kind: 'step_started', ...scenarioOf(kind.value), step: id<StepId>(step), name };
    }
    case 'scenarioPreparing': {
      const { name, message } = kind.value;
      return { kind: 'scenario_preparing', ...scenarioOf(kind.value), name, message };
    }
    case 'stepFinished': {
      const { name, result } = kind.value;
      return { kind: 'step_finished', ...scenarioOf(kind.value), name, result: decodeResult(result) };
    }
    case 'stepsPassed': {
      const steps = kind.value.steps.map((step) => id<StepId>(step));
      return { kind: 'steps_passed', ...scenarioOf(kind.value), steps };
    }
    case 'scenarioRetried': {
      const { name, attempt } = kind.value;
      const verdict = decodeVerdict(kind.value.verdict);
      return { kind: 'scenario_retried', ...scenarioOf(kind.value), name, attempt, verdict };
    }
    case 'waiting':
      return { kind: 'waiting', message: kind.value.message };
    case undefined:
      return unreadable('an event of an unknown kind');
    default:
      return unreachable(kind);
  }
}

function scenarioOf(value: { scenario: string }): { scenario: ScenarioId } {
  return { scenario: id<ScenarioId>(value.scenario) };
}
