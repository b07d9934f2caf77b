/** Lines of a run where no terminal is: printed once, in order, without control codes. After a long silence a line says what runs. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { silenceMsMax } from '@cleangrid/core/limits.ts';
import type { RunLines } from './run-lines.ts';
import { type Output, writeLines } from './terminal.ts';

export class PlainLines implements RunLines {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #status: () => string[];
  #timer: CancelTimer;

  constructor(output: Output, clock: Clock, status: () => string[]) {
    this.#output = output;
    this.#clock = clock;
    this.#status = status;
    this.#timer = this.#breakSilence();
  }

  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#timer();
    writeLines(this.#output, lines);
    this.#timer = this.#breakSilence();
  }

  changed(): void {}

  close(): void {
    this.#timer();
  }

  #breakSilence(): CancelTimer {
    return this.#clock.after(silenceMsMax, () => this.print(this.#status()));
  }
}
