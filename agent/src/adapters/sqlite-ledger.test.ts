import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@cleangrid/core/clock.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from './sqlite-ledger.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-ledger-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const clockAt = (nowMs: number): Clock => ({
  nowMs: () => nowMs,
  monotonicMs: () => 0,
  after: () => () => undefined,
});
let made = 0;
const ids = { random: (length: number): string => String((made += 1)).padStart(length, 'a') };
const open = (nowMs = 1000): ReturnType<typeof openLedger> =>
  openLedger(directory, { clock: clockAt(nowMs), ids });

test('keeps its id over restarts', () => {
  const first = open();
  first.close();
  expect(open().id).toBe(first.id);
});

test('numbers each life higher than the last and than the time', () => {
  const ledger = open(1000);
  expect([ledger.begin().boot, ledger.begin().boot]).toEqual([1000, 1001]);
  expect(open(500).begin().boot).toBe(1002);
  expect(open(5000).begin().boot).toBe(5000);
});

test('knows a life as alive until it ends', () => {
  const ledger = open();
  const life = ledger.begin();
  expect(ledger.isAlive(life.boot)).toBe(true);
  expect(open().isAlive(life.boot)).toBe(true);
  life.end();
  life.end();
  expect(ledger.isAlive(life.boot)).toBe(false);
  expect(ledger.isAlive(42)).toBe(false);
});

test('knows a life as dead when its process was killed', async () => {
  const program = `
    import { openLedger } from ${JSON.stringify(new URL('sqlite-ledger.ts', import.meta.url).href)};
    const clock = { nowMs: () => 7000, monotonicMs: () => 0, after: () => () => undefined };
    const life = openLedger(process.argv[1], { clock, ids: { random: () => 'abc' } }).begin();
    console.log(life.boot);
    // A life that nobody holds is collected, and its lock with it.
    setInterval(() => life.boot, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory]);
  await once(child.stdout, 'data');
  const ledger = open();
  expect(ledger.isAlive(7000)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(ledger.isAlive(7000)).toBe(false);
});

test('refuses a directory it cannot use, and says which', () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(() => openLedger(file, { clock: clockAt(1), ids })).toThrow(/ledger in .*file cannot be used/u);
});

test('says that a life cannot be written down where files may not grow', () => {
  const program = `
    import { openLedger } from ${JSON.stringify(new URL('sqlite-ledger.ts', import.meta.url).href)};
    const clock = { nowMs: () => 7000, monotonicMs: () => 0, after: () => () => undefined };
    try {
      openLedger(process.argv[1], { clock, ids: { random: () => 'abc' } }).begin();
    } catch (error) {
      console.log(error.code);
    }
  `;
  open().close();
  const limited = ['-c', 'ulimit -f 0; trap "" XFSZ; exec "$@"', 'sh', process.execPath];
  const { stdout } = spawnSync('sh', [...limited, '--input-type=module', '-e', program, directory], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('store_failed\n');
});
