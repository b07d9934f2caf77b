/** The log: JSON lines in the state directory, bounded in size, out of the user's way unless it is asked for. */

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { logFileBytesMax } from '@cleangrid/core/limits.ts';
import pino, { type Level, type Logger } from 'pino';
import type { Terminal } from './terminal.ts';

export interface LogOptions {
  stateDirectory: string;
  /** From which level it is shown on stderr too; null: not at all. */
  shownFrom: string | null;
  terminal: Pick<Terminal, 'err'>;
}

export interface Log {
  logger: Logger;
  close(): void;
}

export const logFileName = 'cleangrid.log';

/** Throws `store_failed`, and `bad_usage` for a level that is none. */
export async function openLog({ stateDirectory, shownFrom, terminal }: LogOptions): Promise<Log> {
  const file = openLogFile(join(stateDirectory, logFileName));
  if (shownFrom === null) return { logger: pino({ level: 'info' }, file), close: file.close };
  if (!(shownFrom in pino.levels.values))
    throw new GridError('bad_usage', `${shownFrom} is no log level`, {
      hint: `Levels: ${Object.keys(pino.levels.values).join(', ')}.`,
    });
  const level = shownFrom as Level;
  const shown = await shownStream(terminal);
  const lowest = pino.levels.values[level] ?? 0;
  const streams = pino.multistream([
    { level: lowest < 30 ? level : 'info', stream: file },
    { level, stream: shown },
  ]);
  return { logger: pino({ level: lowest < 30 ? level : 'info' }, streams), close: file.close };
}

/** For people where they look, for programs where they collect. */
async function shownStream({ err }: Pick<Terminal, 'err'>): Promise<pino.DestinationStream> {
  const asJson = { write: (line: string) => err.write(line) };
  if (!err.isLive) return asJson;
  const { default: pretty } = await import('pino-pretty');
  const { prettyFactory } = pretty;
  const format = prettyFactory({ colorize: true, ignore: 'pid,hostname' });
  return { write: (line: string) => err.write(format(line)) };
}

/** Several processes may write to it: each line is one write at the end of the file. */
function openLogFile(path: string): { write(line: string): void; close(): void } {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    let descriptor = openSync(path, 'a', 0o600);
    let bytes = fstatSync(descriptor).size;
    const putAside = (): void => {
      closeSync(descriptor);
      renameSync(path, `${path}.1`);
      descriptor = openSync(path, 'a', 0o600);
      bytes = 0;
    };
    return {
      write(line) {
        bytes += Buffer.byteLength(line);
        try {
          if (bytes > logFileBytesMax) putAside();
          writeSync(descriptor, line);
        } catch {
          // A full disk must not end a run for its log's sake.
        }
      },
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    throw new GridError('store_failed', `cannot write the log ${path}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Make the state directory writable, or name another one in CLEANGRID_STATE_DIR.',
    });
  }
}
