/** A terminal in memory: what was written to it, and, where it is live, what stands on its screen. */

import { stripVTControlCharacters } from 'node:util';
import { createPaint } from '../paint.ts';
import type { Output, Terminal } from '../terminal.ts';

export interface FakeOutput extends Output {
  /** All that was written, as it was written. */
  text(): string;
  /** How often something was written. */
  writes(): number;
  /** Every line that stands there after the erasing, without colors. */
  screen(): string[];
  resize(columns: number): void;
}

export interface FakeTerminal extends Terminal {
  out: FakeOutput;
  err: FakeOutput;
}

export interface FakeTerminalOptions {
  isLive?: boolean;
  withColors?: boolean;
  columns?: number;
  rows?: number;
}

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  return { out: fakeOutput(options), err: fakeOutput(options) };
}

function fakeOutput({
  isLive = false,
  withColors = false,
  columns = 80,
  rows = 24,
}: FakeTerminalOptions): FakeOutput {
  const written: string[] = [];
  const lines = [''];
  let width = columns;
  const add = (text: string): void => {
    const [first = '', ...more] = stripVTControlCharacters(text).split('\n');
    lines.push((lines.pop() ?? '') + first, ...more);
  };
  /** Interprets what we use of a terminal: newline, and "up n rows, erase below". */
  const draw = (text: string): void => {
    const [start = '', ...redrawn] = text.split('\r\u001b[');
    add(start);
    for (const part of redrawn) {
      lines.splice(-1 - Number.parseInt(part, 10), Infinity, '');
      add(part.slice(part.indexOf('J') + 1));
    }
  };
  return {
    isLive,
    paint: createPaint(withColors),
    columns: () => width,
    rows: () => rows,
    write(text) {
      written.push(text);
      draw(text);
    },
    text: () => written.join(''),
    writes: () => written.length,
    screen: () => lines.slice(0, -1),
    resize(next) {
      width = next;
    },
  };
}
