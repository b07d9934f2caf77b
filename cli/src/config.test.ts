import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('keeps its state where the platform says, unless it is told where', () => {
  expect(readConfig({}).stateDirectory).toBe(join(homedir(), '.local/state/cleangrid'));
  expect(readConfig({ XDG_STATE_HOME: '/state' }).stateDirectory).toBe('/state/cleangrid');
  expect(readConfig({ XDG_STATE_HOME: '/state', CLEANGRID_STATE_DIR: '/own' }).stateDirectory).toBe('/own');
});

test('heeds NO_COLOR, FORCE_COLOR and a terminal that knows no colors', () => {
  expect(readConfig({}).colors).toBeNull();
  expect(readConfig({ NO_COLOR: '1' }).colors).toBe(false);
  expect(readConfig({ NO_COLOR: '' }).colors).toBeNull();
  expect(readConfig({ FORCE_COLOR: '1', NO_COLOR: '1' }).colors).toBe(true);
  expect(readConfig({ FORCE_COLOR: '0' }).colors).toBe(false);
  expect(readConfig({ TERM: 'dumb' }).colors).toBe(false);
});

test('knows a CI server', () => {
  expect([{ CI: 'true' }, { CI: '1' }, { CI: 'false' }, {}].map((one) => readConfig(one).isCi)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('reads image aliases and the log level', () => {
  const config = readConfig({ CLEANGRID_IMAGE_ALIASES: 'a:1=b:1, c=d', CLEANGRID_LOG: 'debug' });
  expect(config.imageAliases).toEqual(['a:1=b:1', 'c=d']);
  expect(config.logLevel).toBe('debug');
  expect(readConfig({}).imageAliases).toEqual([]);
});
