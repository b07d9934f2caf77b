/** How important a line of a service's log is, as far as the line says so itself. */

import type { LogLine } from '@cleangrid/agent/container-runtime.ts';

export const serviceLogLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type ServiceLogLevel = (typeof serviceLogLevels)[number];

/** What a line that says nothing is, by its stream: many programs write all of their log to stderr, so that it is no error yet. */
const levelOfStream = { stdout: 'info', stderr: 'warn' } as const;

/** Knows JSON (pino, and others by their usual keys), logfmt, PostgreSQL, Redis, and a level as a word near the beginning. */
export function logLevel({ stream, text }: Pick<LogLine, 'stream' | 'text'>): ServiceLogLevel {
  return ofJson(text) ?? ofLogfmt(text) ?? ofRedis(text) ?? ofWord(text) ?? levelOfStream[stream];
}

const words: Readonly<Record<string, ServiceLogLevel>> = {
  trace: 'trace',
  verbose: 'debug',
  debug: 'debug',
  debug1: 'debug',
  debug2: 'debug',
  debug3: 'debug',
  debug4: 'debug',
  debug5: 'debug',
  info: 'info',
  information: 'info',
  notice: 'info',
  // PostgreSQL's: it ranks above errors for its administrator, and says what goes on to everybody else.
  log: 'info',
  // What PostgreSQL says in more lines, after an error that has a line of its own.
  detail: 'info',
  hint: 'info',
  context: 'info',
  statement: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  fatal: 'fatal',
  panic: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  emerg: 'fatal',
};

function ofText(value: string): ServiceLogLevel | null {
  return words[value.toLowerCase()] ?? null;
}

const jsonKeys = ['level', 'severity', 'lvl', 'log.level', '@l'];

function ofJson(text: string): ServiceLogLevel | null {
  if (!text.startsWith('{')) return null;
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    const value = jsonKeys.map((key) => line[key]).find((found) => found !== undefined);
    if (typeof value === 'number') return ofNumber(value);
    return typeof value === 'string' ? ofText(value) : null;
  } catch {
    return null;
  }
}

/** As pino and bunyan number them: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
function ofNumber(level: number): ServiceLogLevel {
  const index = Math.min(Math.max(Math.floor(level / 10), 1), serviceLogLevels.length) - 1;
  return serviceLogLevels[index] ?? 'info';
}

function ofLogfmt(text: string): ServiceLogLevel | null {
  const found = /(?:^|\s)(?:level|lvl|severity)="?([a-z]+)"?(?:\s|$)/iu.exec(text);
  return found?.[1] === undefined ? null : ofText(found[1]);
}

const redisLevels: Readonly<Record<string, ServiceLogLevel>> = {
  '.': 'debug',
  '-': 'debug',
  '*': 'info',
  '#': 'warn',
};

/** `1:M 02 Jan 2026 10:00:00.000 * Ready to accept connections` */
function ofRedis(text: string): ServiceLogLevel | null {
  const found = /^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ ([-.*#]) /u.exec(text);
  return found?.[1] === undefined ? null : (redisLevels[found[1]] ?? null);
}

/** `2026-01-02 10:00:00.000 UTC [1] LOG:  …`, `[error] …`, `WARN …`: in capitals, or in brackets, or before a colon. */
function ofWord(text: string): ServiceLogLevel | null {
  const beginning = text.slice(0, wordWithin);
  for (const found of beginning.matchAll(/\[([A-Za-z]+)\]|\b([A-Z]+[1-5]?)\b(?=[:\s\]])|\b([a-z]+):\s/gu)) {
    const level = ofText(found[1] ?? found[2] ?? found[3] ?? '');
    if (level) return level;
  }
  return null;
}

/** Characters: a time, a process, a logger's name; what comes later is the message. */
const wordWithin = 80;
