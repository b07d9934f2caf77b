/** The end of every error that reached the top of a command: words for people, and the exit code. */

import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import { cleanText } from './one-line.ts';
import type { Paint } from './paint.ts';

export interface DescribedError {
  lines: string[];
  exitCode: number;
}

export function describeError(error: unknown, paint: Paint): DescribedError {
  if (!isGridError(error)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const lines = [paint.broken('cleangrid met a bug of its own:'), ...cleanText(trace).split('\n')];
    return { lines, exitCode: exitCodes.grid };
  }
  const cause = error.cause === undefined ? '' : messageOf(error.cause);
  const lines = [
    `${paint.failed('error:')} ${cleanText(error.message)}`,
    ...(error.message.includes(cause) ? [] : [paint.faint(`  because: ${cleanText(cause)}`)]),
    ...(error.hint === undefined ? [] : [`  ${error.hint}`]),
  ];
  if (isGridError(error, 'bad_suite', 'bad_usage')) return { lines, exitCode: exitCodes.usage };
  if (isGridError(error, 'nothing_selected')) return { lines, exitCode: exitCodes.nothingSelected };
  return { lines, exitCode: isGridError(error, 'cancelled') ? exitCodes.cancelled : exitCodes.grid };
}
