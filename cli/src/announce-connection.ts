/** Tells an operator when an agent has its coordinator and when it has lost it, once each. */

import type { AgentDialer } from '@cleangrid/core/agent-link.ts';

export interface Announced {
  dialer: AgentDialer;
  /** Why this agent gets no work now; null while it is welcome. */
  whyNotReady(): string | null;
  /** From now on a lost connection is no news. */
  end(): void;
}

export function announceConnection(
  dialer: AgentDialer,
  coordinator: string,
  say: (line: string) => void,
): Announced {
  let state: 'unknown' | 'welcome' | 'lost' | 'ended' = 'unknown';
  return {
    whyNotReady: () => (state === 'welcome' ? null : `no coordinator at ${coordinator}`),
    end: () => {
      state = 'ended';
    },
    dialer: {
      dial: (events) =>
        dialer.dial({
          message(message) {
            if (message.kind === 'welcome' && (state === 'unknown' || state === 'lost')) {
              say(state === 'unknown' ? 'Connected. Waiting for work.' : 'Connected again.');
              state = 'welcome';
            }
            events.message(message);
          },
          closed(reason) {
            if (state === 'unknown' || state === 'welcome') {
              say(`No connection to the coordinator: ${reason}. Trying again.`);
              state = 'lost';
            }
            events.closed(reason);
          },
        }),
    },
  };
}
