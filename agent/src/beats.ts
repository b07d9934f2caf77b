/** Tells the coordinator, at the interval it asked for, that this process lives (rule 13). */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import type { FromAgent } from '@cleangrid/core/protocol.ts';

export class Beats {
  readonly #clock: Clock;
  readonly #send: (beat: FromAgent) => void;
  #timer: CancelTimer | null = null;

  constructor(clock: Clock, send: (beat: FromAgent) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  start(intervalMs: number): void {
    this.stop();
    const dueAtMs = this.#clock.monotonicMs() + intervalMs;
    this.#timer = this.#clock.after(intervalMs, () => {
      // How late the timer fired is how long the loop did not turn.
      this.#send({ kind: 'beat', loopTickMs: Math.max(0, this.#clock.monotonicMs() - dueAtMs) });
      this.start(intervalMs);
    });
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }
}
