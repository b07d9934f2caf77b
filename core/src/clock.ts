/** The ports for time and identity. Nothing else in the product reads a clock, a timer or randomness, so that a whole grid runs in a test on a fake one. */

/** Cancels a timer; calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the Unix epoch. For records people read; may jump. */
  nowMs(): number;
  /** Milliseconds of a clock that never goes back and has no meaning between processes. For durations and deadlines. */
  monotonicMs(): number;
  /** Calls `fire` once after `delayMs`. */
  after(delayMs: number, fire: () => void): CancelTimer;
}

export interface Ids {
  /** A random lowercase base-32 text of `length` characters. */
  random(length: number): string;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const abort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
