/** What a peer of another protocol sends is refused, never guessed. */

import { GridError } from '@cleangrid/core/errors.ts';

export function unreadable(what: string): never {
  throw new GridError('version_mismatch', `the peer sent ${what}, which this version does not know`, {
    hint: 'Run the same version of cleangrid everywhere.',
  });
}

/** A message field that every version sends. */
export function required<Value>(value: Value | undefined, field: string): Value {
  return value ?? unreadable(`no ${field}`);
}
