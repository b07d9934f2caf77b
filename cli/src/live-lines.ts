/** Lines of a run on a live terminal: finished things scroll up, the status block stays below them. Redrawn at most every `redrawMsMin`. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { redrawMsMax, redrawMsMin } from '@cleangrid/core/limits.ts';
import { fitLine, widthOf } from './one-line.ts';
import type { RunLines } from './run-lines.ts';
import type { Output } from './terminal.ts';

export class LiveLines implements RunLines {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #block: () => string[];
  #held: string[] = [];
  /** Widths of the block's lines as they stand on the terminal. */
  #drawn: number[] = [];
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #timer: CancelTimer | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(output: Output, clock: Clock, block: () => string[]) {
    this.#output = output;
    this.#clock = clock;
    this.#block = block;
    this.#draw();
  }

  print(lines: readonly string[]): void {
    this.#held.push(...lines);
    this.changed();
  }

  changed(): void {
    const dueMs = this.#drawnAtMs + redrawMsMin;
    if (dueMs <= this.#clock.monotonicMs()) this.#draw();
    else this.#drawAt(dueMs);
  }

  close(): void {
    this.#timer?.();
    this.#write([]);
  }

  #draw(): void {
    const columns = this.#output.columns() - 1;
    this.#write(this.#block().map((line) => fitLine(line, columns)));
    this.#drawnAtMs = this.#clock.monotonicMs();
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#drawAt(this.#drawnAtMs + redrawMsMax);
  }

  #drawAt(atMs: number): void {
    if (atMs >= this.#timerAtMs) return;
    this.#timer?.();
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.after(atMs - this.#clock.monotonicMs(), () => this.#draw());
  }

  /** One write, so that no half-drawn state is seen. */
  #write(block: string[]): void {
    const lines = [...this.#held, ...block];
    const text = lines.map((line) => `${line}\n`).join('');
    if (this.#drawn.length > 0 || text !== '') this.#output.write(this.#erase() + text);
    this.#held = [];
    this.#drawn = block.map(widthOf);
  }

  /** A window that became narrower has wrapped what was drawn. */
  #erase(): string {
    const columns = Math.max(1, this.#output.columns());
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? '' : `\r\u001b[${rows}A\u001b[J`;
  }
}
