/** `PackedDelivery` ↔ the bytes that a mailbox carries. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type AgentId, id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { PackedDelivery } from '@cleangrid/core/protocol.ts';
import { DeliverySchema, type Delivery as WireDelivery } from './gen/cleangrid/v1/delivery_pb.ts';
import { unreadable } from './unreadable.ts';
import { decodeRef, encodeRef } from './wire-result.ts';

/** Where a delivery's scenario is: beside it, or in a blob because it is large. */
export type ScenarioPlacement = { kind: 'inline'; json: Uint8Array } | { kind: 'blob'; sha256: Sha256 };

export function encodeDelivery(
  delivery: Omit<PackedDelivery, 'scenarioJson'>,
  placement: ScenarioPlacement,
): Uint8Array {
  const { ref, agent, boot, publishNumber, suite, fresh, trace } = delivery;
  const scenario: WireDelivery['scenario'] =
    placement.kind === 'inline'
      ? { case: 'scenarioJson', value: placement.json }
      : { case: 'scenarioBlob', value: placement.sha256 };
  const fields = {
    ref: encodeRef(ref),
    agent,
    boot: BigInt(boot),
    publishNumber,
    suite,
    scenario,
    fresh,
    ...(trace && { trace }),
  };
  return toBinary(DeliverySchema, create(DeliverySchema, fields));
}

/** `fetch` gets the blob of a large scenario. Throws `version_mismatch`, and what `fetch` throws. */
export async function decodeDelivery(
  bytes: Uint8Array,
  fetch: (sha256: Sha256) => Promise<Uint8Array>,
): Promise<PackedDelivery> {
  const wire = fromBinary(DeliverySchema, bytes);
  const { ref, agent, boot, publishNumber, suite, scenario, fresh, trace } = wire;
  const json = await scenarioJson(scenario, fetch);
  return {
    ref: decodeRef(ref),
    agent: id<AgentId>(agent),
    boot: Number(boot),
    publishNumber,
    suite: id<Sha256>(suite),
    scenarioJson: new TextDecoder().decode(json),
    fresh,
    trace: trace ? { traceId: trace.traceId, spanId: trace.spanId } : null,
  };
}

async function scenarioJson(
  scenario: WireDelivery['scenario'],
  fetch: (sha256: Sha256) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  switch (scenario.case) {
    case 'scenarioJson':
      return scenario.value;
    case 'scenarioBlob':
      return fetch(id<Sha256>(scenario.value));
    case undefined:
      return unreadable('a delivery without a scenario');
  }
}
