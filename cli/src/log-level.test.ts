import { expect, test } from 'vitest';
import { logLevel } from './log-level.ts';

const level = (text: string): string => logLevel({ stream: 'stdout', text });

test.each([
  ['{"level":30,"time":1,"msg":"listening"}', 'info'],
  ['{"level":50,"msg":"boom"}', 'error'],
  ['{"level":60,"msg":"boom"}', 'fatal'],
  ['{"severity":"WARNING","message":"slow"}', 'warn'],
  ['{"log.level":"debug","message":"x"}', 'debug'],
  ['{"message":"no level"}', 'info'],
  ['{"level":', 'info'],
  ['time=2026-01-01T00:00:00Z level=warning msg="almost full"', 'warn'],
  ['ts=1 lvl=eror msg=x', 'info'],
  ['2026-01-01 10:00:00.123 UTC [1] LOG:  database system is ready to accept connections', 'info'],
  ['2026-01-01 10:00:00.123 UTC [42] ERROR:  relation "t" does not exist at character 15', 'error'],
  ['2026-01-01 10:00:00.123 UTC [42] STATEMENT:  select ERROR', 'info'],
  ['2026-01-01 10:00:00.123 UTC [42] FATAL:  role "x" does not exist', 'fatal'],
  ['2026-01-01 10:00:00.123 UTC [42] WARNING:  there is no transaction in progress', 'warn'],
  ['2026-01-01 10:00:00.123 UTC [42] DEBUG2:  checkpoint', 'debug'],
  ['1:M 02 Jan 2026 10:00:00.000 * Ready to accept connections', 'info'],
  ['1:M 02 Jan 2026 10:00:00.000 # Warning: overcommit', 'warn'],
  ['1:M 02 Jan 2026 10:00:00.000 - Accepted 10.0.0.1:1234', 'debug'],
  ['2026/01/01 10:00:00 [error] 7#7: *1 open() failed', 'error'],
  ['10:00:00.123 [main] WARN  org.example.Main - slow', 'warn'],
  ['panic: runtime error', 'fatal'],
  ['GET /error 200', 'info'],
  ['an error that the program survived', 'info'],
])('reads the level of %s', (text, expected) => {
  expect(level(text)).toBe(expected);
});

test('takes what says no level by its stream', () => {
  expect(logLevel({ stream: 'stdout', text: 'hello' })).toBe('info');
  expect(logLevel({ stream: 'stderr', text: 'hello' })).toBe('warn');
  expect(logLevel({ stream: 'stderr', text: 'INFO: hello' })).toBe('info');
});
