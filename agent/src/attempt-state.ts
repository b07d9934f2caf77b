/** The life of an attempt as its agent sees it. The coordinator has its own view (`docs/protocol.md`); this one decides what may run. */

import { invariant } from '@cleangrid/core/errors.ts';

/**
 * ```
 * offered ──stored──▶ queued ──slot──▶ running ──ended──▶ reporting ──answered──▶ gone
 *    │                  │               │  │                  │
 *    │                  │       revoked │  │ discarded        │ discarded
 *    │                  │               ▼  │                  │
 *    │                  │         stopping─┼─ended─▶ reporting│
 *    │                  │     revoked ▲    ▼                  │
 *    │                  │             └─discarding ──ended────┤
 *    └──── revoked, discarded ──────────────────────────────▶ gone
 * ```
 * `offered`: `accepted` was said and not yet answered. `reporting`: nothing of it runs, results are on the way. `stopping`: revoked, its
 * processes are being killed, and its end is to be told. `discarding`: being killed, and nobody wants to hear of it.
 */
export type AttemptState =
  | 'offered'
  | 'queued'
  | 'running'
  | 'stopping'
  | 'discarding'
  | 'reporting'
  | 'gone';

export type AttemptEvent = 'stored' | 'slot' | 'ended' | 'answered' | 'revoked' | 'discarded';

const moves: Record<AttemptState, Partial<Record<AttemptEvent, AttemptState>>> = {
  offered: { stored: 'queued', revoked: 'gone', discarded: 'gone' },
  // `stored` again: the answer to an `accepted` that was repeated on a new connection.
  queued: { stored: 'queued', slot: 'running', revoked: 'gone', discarded: 'gone' },
  running: { stored: 'running', ended: 'reporting', revoked: 'stopping', discarded: 'discarding' },
  // Who revoked it waits for its end, whatever becomes of its results.
  stopping: { stored: 'stopping', ended: 'reporting', revoked: 'stopping', discarded: 'stopping' },
  discarding: { stored: 'discarding', ended: 'gone', revoked: 'stopping', discarded: 'discarding' },
  reporting: { stored: 'reporting', answered: 'gone', revoked: 'reporting', discarded: 'gone' },
  gone: {},
};

/** Throws on a move that the diagram does not have: the agent's books are wrong then. */
export function nextAttemptState(state: AttemptState, event: AttemptEvent): AttemptState {
  const next = moves[state][event];
  invariant(next !== undefined, `an attempt that is ${state} cannot be ${event}`);
  return next;
}
