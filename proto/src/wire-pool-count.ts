/** What a pool holds ↔ `PoolCount` of `cleangrid/v1/result.proto`. */

import { create } from '@bufbuild/protobuf';
import type { PoolCount } from '@cleangrid/core/protocol.ts';
import { PoolCountSchema, type PoolCount as WirePoolCount } from './gen/cleangrid/v1/result_pb.ts';

export function encodePoolCount(count: PoolCount): WirePoolCount {
  return create(PoolCountSchema, count);
}

export function decodePoolCount({ label, ready, leased, changing }: WirePoolCount): PoolCount {
  return { label, ready, leased, changing };
}
