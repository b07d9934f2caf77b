/** The terminal of this process. */

import type { WriteStream } from 'node:tty';
import type { Config } from '../config.ts';
import { createPaint } from '../paint.ts';
import type { Output, Terminal } from '../terminal.ts';

export function openProcessTerminal(config: Pick<Config, 'colors' | 'isCi'>): Terminal {
  return { out: outputTo(process.stdout, config), err: outputTo(process.stderr, config) };
}

function outputTo(stream: WriteStream, { colors, isCi }: Pick<Config, 'colors' | 'isCi'>): Output {
  // A reader that has gone away is not told, and is no reason to stop a run.
  let isOpen = true;
  stream.on('error', () => {
    isOpen = false;
  });
  const isTerminal = stream.isTTY;
  return {
    isLive: isTerminal && !isCi,
    paint: createPaint(colors ?? isTerminal),
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    write: (text) => {
      if (isOpen) stream.write(text);
    },
  };
}
