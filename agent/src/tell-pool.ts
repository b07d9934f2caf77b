/** Tells the coordinator what the pool holds, for people who ask it: now and then, and only what has changed. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { poolTellMs } from '@cleangrid/core/limits.ts';
import type { FromAgent, PoolCount } from '@cleangrid/core/protocol.ts';

export interface PoolTeller {
  /** To a coordinator that knows nothing yet. */
  start(): void;
  stop(): void;
}

export function tellPool(
  clock: Clock,
  pool: () => PoolCount[],
  send: (message: FromAgent) => void,
): PoolTeller {
  let cancel: CancelTimer = () => undefined;
  let told = '';
  const tell = (): void => {
    const now = pool();
    const text = JSON.stringify(now);
    if (text !== told) send({ kind: 'pool', pool: now });
    told = text;
    cancel = clock.after(poolTellMs, tell);
  };
  return {
    start() {
      cancel();
      told = '';
      tell();
    },
    stop: () => cancel(),
  };
}
