import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logFileBytesMax } from '@cleangrid/core/limits.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeTerminalOptions, type FakeTerminal, fakeTerminal } from './fake/fake-terminal.ts';
import { logFileName, openLog } from './open-log.ts';

let stateDirectory: string;
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'cleangrid-log-'));
});
afterEach(() => rmSync(stateDirectory, { recursive: true }));

const logFile = (): string => join(stateDirectory, logFileName);
const logged = (): Record<string, unknown>[] =>
  readFileSync(logFile(), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function log(shownFrom: string | null, options: FakeTerminalOptions = {}): Promise<FakeTerminal> {
  const terminal = fakeTerminal(options);
  const { logger, close } = await openLog({ stateDirectory, shownFrom, terminal });
  const child = logger.child({ run: 'run1', shard: '3', attempt: 2, agent: 'local' });
  child.debug('detail');
  child.info('something');
  close();
  return terminal;
}

test('keeps the log in a file and out of the way', async () => {
  const terminal = await log(null);
  expect(logged()).toMatchObject([{ msg: 'something', run: 'run1', shard: '3', attempt: 2, agent: 'local' }]);
  expect(terminal.err.text() + terminal.out.text()).toBe('');
});

test('shows the log as JSON where no terminal is', async () => {
  const terminal = await log('debug');
  const lines = terminal.err.text().trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['detail', 'something']);
  expect(logged().map(({ msg }) => msg)).toEqual(['detail', 'something']);
});

test('shows the log for people on a terminal', async () => {
  const { err } = await log('info', { isLive: true });
  expect(err.text()).toContain('something');
  expect(err.text()).not.toContain('"msg"');
  expect(err.text()).not.toContain('detail');
});

test('writes to the file what it always does when only errors are shown', async () => {
  await log('error');
  expect(logged().map(({ msg }) => msg)).toEqual(['something']);
});

test('puts a full log aside and keeps one older', async () => {
  writeFileSync(logFile(), 'x'.repeat(logFileBytesMax));
  await log(null);
  expect(statSync(logFile()).size).toBeLessThan(1000);
  expect(statSync(`${logFile()}.1`).size).toBe(logFileBytesMax);
  expect(existsSync(`${logFile()}.2`)).toBe(false);
});

test('refuses a level that is none, and a directory that cannot be written', async () => {
  await expect(log('loud')).rejects.toMatchObject({ code: 'bad_usage' });
  writeFileSync(join(stateDirectory, 'file'), '');
  const options = { stateDirectory: join(stateDirectory, 'file'), shownFrom: null, terminal: fakeTerminal() };
  await expect(openLog(options)).rejects.toMatchObject({ code: 'store_failed' });
});
