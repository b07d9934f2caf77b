/** The user's own terminal, or pipes, in memory. */

import type { TerminalSize } from '@cleangrid/agent/container-runtime.ts';
import type { Console } from '../console.ts';

export interface FakeConsole extends Console {
  readonly written: { stdout: string; stderr: string };
  /** What was done to it, in order: `keys`, `restored`, `closed`. */
  readonly done: string[];
  type(text: string): void;
  endInput(): void;
  resize(size: TerminalSize): void;
  /** Nobody reads any more. */
  leave(): void;
}

export interface FakeConsoleOptions {
  isTerminal?: boolean;
}

export function fakeConsole({ isTerminal = false }: FakeConsoleOptions = {}): FakeConsole {
  const typed = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 100 });
  const keys = typed.writable.getWriter();
  const listeners = new Set<() => void>();
  const written = { stdout: '', stderr: '' };
  const done: string[] = [];
  let size: TerminalSize = { columns: 80, rows: 24 };
  let isRead = true;
  return {
    isTerminal,
    kind: 'vt100',
    size: () => size,
    onResize(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    takeKeys() {
      done.push('keys');
      return () => void done.push('restored');
    },
    input: () => typed.readable,
    async write(stream, chunk) {
      written[stream] += new TextDecoder().decode(chunk);
      return isRead;
    },
    close: () => void done.push('closed'),
    written,
    done,
    type: (text) => void keys.write(new TextEncoder().encode(text)),
    endInput: () => void keys.close(),
    resize(next) {
      size = next;
      for (const listener of listeners) listener();
    },
    leave: () => void (isRead = false),
  };
}
