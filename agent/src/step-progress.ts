/** Tells which step an attempt is at, for live views: a step that is over before a view is drawn again is not worth a message. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import type { StepId } from '@cleangrid/core/ids.ts';
import { progressMs } from '@cleangrid/core/limits.ts';

export class StepProgress {
  readonly #clock: Clock;
  readonly #tell: (step: StepId) => void;
  #step: StepId | null = null;
  #timer: CancelTimer | null = null;

  constructor(clock: Clock, tell: (step: StepId) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  started(step: StepId): void {
    this.#step = step;
    this.#timer ??= this.#clock.after(progressMs, () => this.#fire());
  }

  finished(step: StepId): void {
    if (this.#step === step) this.#step = null;
  }

  /** Nothing is told any more. */
  end(): void {
    this.#step = null;
    this.#timer?.();
  }

  #fire(): void {
    this.#timer = null;
    if (this.#step !== null) this.#tell(this.#step);
  }
}
