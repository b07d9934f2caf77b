/**
 * The life of a pooled container, as a pure function.
 *
 *   creating ─▶ starting ─▶ ready ⇄ leased ─▶ resetting ─▶ ready
 *       └──────────┴──────────┴───────┴───────────┴─▶ retiring ─▶ removed
 */

import { invariant } from '@cleangrid/core/errors.ts';

export type InstanceState =
  | 'creating'
  | 'starting'
  | 'ready'
  | 'leased'
  | 'resetting'
  | 'retiring'
  | 'removed';

const moves: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  creating: ['starting', 'retiring'],
  // One that was adopted, or made for a waiting lease, goes to its holder when it is ready.
  starting: ['ready', 'retiring'],
  ready: ['leased', 'retiring'],
  // Unused, or shared and left by its last holder, it needs no reset.
  leased: ['ready', 'resetting', 'retiring'],
  resetting: ['ready', 'retiring'],
  retiring: ['removed'],
  removed: [],
};

/** An illegal move is a bug of ours. */
export function moveInstance(from: InstanceState, to: InstanceState): InstanceState {
  invariant(moves[from].includes(to), `a pooled container does not go from ${from} to ${to}`);
  return to;
}
