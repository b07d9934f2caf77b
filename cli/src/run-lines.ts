/** Where the lines of a run go: into a pipe as they come, or above a block that is drawn again and again. */

export interface RunLines {
  print(lines: readonly string[]): void;
  /** Something that the status shows has changed. */
  changed(): void;
  /** Prints what is held back; no status after it. */
  close(): void;
}
