/** A clock that a test moves. */

import type { Clock } from '@cleangrid/core/clock.ts';

export function movedClock(): { clock: Clock; advance(ms: number): void } {
  let nowMs = 1_700_000_000_000;
  const timers = new Set<{ atMs: number; fire: () => void }>();
  const advance = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (;;) {
      const [next] = [...timers].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
      if (!next) break;
      timers.delete(next);
      nowMs = next.atMs;
      next.fire();
    }
    nowMs = untilMs;
  };
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, fire) {
      const timer = { atMs: nowMs + delayMs, fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  return { clock, advance };
}
