/** How long a peer has been away, and how long to wait before the next try. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { coordinatorAbsenceMsMax, reconnectMsFirst, reconnectMsMax } from '@cleangrid/core/limits.ts';

export class Absence {
  readonly #clock: Clock;
  #sinceMs: number | null = null;
  #pauseMs: number = reconnectMsFirst;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isTooLong(): boolean {
    return this.#sinceMs !== null && this.#clock.monotonicMs() - this.#sinceMs > coordinatorAbsenceMsMax;
  }

  /** True when it was not away before. */
  begin(): boolean {
    if (this.#sinceMs !== null) return false;
    this.#sinceMs = this.#clock.monotonicMs();
    return true;
  }

  end(): void {
    this.#sinceMs = null;
    this.#pauseMs = reconnectMsFirst;
  }

  /** Longer each time, up to a bound; returns early when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, reconnectMsMax);
    await sleep(this.#clock, pauseMs, signal).catch(() => {});
  }
}
