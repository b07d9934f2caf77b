/** Notices that a connection is open and nobody answers (rule 8): a frozen peer, or a transport that stalls. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { answerMsMax } from '@cleangrid/core/limits.ts';

interface Awaited {
  /** Answers are cumulative: one for a higher number answers the lower ones. */
  seq: number;
  dueAtMs: number;
}

/** Calls `overdue` once when some message had no answer for `answerMsMax`. */
export class AnswerWatchdog {
  readonly #clock: Clock;
  readonly #overdue: () => void;
  /** In the order of their due times: one that is awaited anew moves to the end. */
  readonly #awaited = new Map<string, Awaited>();
  #timer: CancelTimer | null = null;

  constructor(clock: Clock, overdue: () => void) {
    this.#clock = clock;
    this.#overdue = overdue;
  }

  expect(key: string, seq = 0): void {
    const known = this.#awaited.get(key);
    if (known) {
      known.seq = seq;
      return;
    }
    this.#awaited.set(key, { seq, dueAtMs: this.#clock.monotonicMs() + answerMsMax });
    this.#timer ??= this.#clock.after(answerMsMax, () => this.#check());
  }

  answered(key: string, seq = 0): void {
    const awaited = this.#awaited.get(key);
    if (!awaited) return;
    this.#awaited.delete(key);
    if (seq < awaited.seq) this.expect(key, awaited.seq);
  }

  stop(): void {
    this.#awaited.clear();
    this.#timer?.();
    this.#timer = null;
  }

  /** One timer serves all: it looks at the oldest, which is the first. */
  #check(): void {
    this.#timer = null;
    const [oldest] = this.#awaited.values();
    if (!oldest) return;
    const waitMs = oldest.dueAtMs - this.#clock.monotonicMs();
    if (waitMs <= 0) this.#overdue();
    else this.#timer = this.#clock.after(waitMs, () => this.#check());
  }
}
