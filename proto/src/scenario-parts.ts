/** A scenario with very many steps in several messages: split where it is sent, joined where it is read. */

import { create } from '@bufbuild/protobuf';
import { recordStepsMax } from '@cleangrid/core/limits.ts';
import type { ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { ScenarioPartSchema, type ScenarioPart } from './gen/cleangrid/v1/runs_pb.ts';
import { decodeScenario, encodeScenario } from './wire-run-record.ts';

/** The first part has everything but the later steps; of the others only the steps mean something. */
export function* scenarioParts(record: ScenarioRecord): Generator<ScenarioPart> {
  const { steps } = record;
  let from = 0;
  do {
    const part = { ...record, steps: steps.slice(from, from + recordStepsMax) };
    from += recordStepsMax;
    yield create(ScenarioPartSchema, { record: encodeScenario(part), last: from >= steps.length });
  } while (from < steps.length);
}

export class ScenarioJoiner {
  #begun: ScenarioRecord | null = null;

  /** The whole record with its last part, null before. */
  add({ record, last }: ScenarioPart): ScenarioRecord | null {
    const part = decodeScenario(record);
    if (this.#begun) for (const step of part.steps) this.#begun.steps.push(step);
    else this.#begun = part;
    if (!last) return null;
    const whole = this.#begun;
    this.#begun = null;
    return whole;
  }
}
