/** A clock for fakes that live in memory alone: whenever nothing else happens, the earliest timer fires, without anyone waiting for it. */

import type { Clock } from '@cleangrid/core/clock.ts';

interface Timer {
  atMs: number;
  fire: () => void;
}

export function virtualClock(): Clock {
  const timers: Timer[] = [];
  const startMs = 1_700_000_000_000;
  let nowMs = 0;
  const fireEarliest = (): void => {
    const timer = timers.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (!timer) return;
    timers.splice(timers.indexOf(timer), 1);
    nowMs = Math.max(nowMs, timer.atMs);
    timer.fire();
  };
  return {
    nowMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, fire) {
      const timer = { atMs: nowMs + delayMs, fire };
      timers.push(timer);
      // one turn of the event loop for each timer: what is going on goes on first
      setImmediate(fireEarliest);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
  };
}
