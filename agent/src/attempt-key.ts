import type { AttemptRef } from '@cleangrid/core/protocol.ts';

/** Names an attempt in maps. Ids contain no spaces. */
export function attemptKey(ref: AttemptRef): string {
  return `${ref.run} ${ref.shard} ${ref.attempt}`;
}
