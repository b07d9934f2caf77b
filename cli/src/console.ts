/** The port to the user's own terminal, byte for byte: for a command in a container that is used as if it ran here. Adapters: the process's, and a fake. */

import type { TerminalSize } from '@cleangrid/agent/container-runtime.ts';

export interface Console {
  /** Whether somebody types and looks; else it is a pipe. */
  readonly isTerminal: boolean;
  /** What programs may print on it (`TERM`). */
  readonly kind: string;
  size(): TerminalSize;
  /** Called when the window changes, until the result is called. */
  onResize(listener: () => void): () => void;
  /** Keys come as they are pressed, Ctrl-C among them, until the result is called. */
  takeKeys(): () => void;
  /** To its end, or until `close`. */
  input(): AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. False: nobody reads any more. */
  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<boolean>;
  /** Nothing is read any more. */
  close(): void;
}
