import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inOrder } from '@cleangrid/core/report/sample-records.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareReport, writeReport } from './write-report.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cleangrid-report-'));
});
afterEach(() => rmSync(root, { recursive: true }));

async function* failing(): AsyncGenerator<string> {
  yield 'half';
  await Promise.resolve();
  throw new Error('the store is gone');
}

test('makes the folders of a report before the run', async () => {
  await prepareReport(join(root, 'out/deep/report.xml'));
  expect(existsSync(join(root, 'out/deep'))).toBe(true);
});

test('says before the run that a report cannot be written', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(prepareReport(join(root, 'file/report.xml'))).rejects.toThrow('cannot write the report');
  mkdirSync(join(root, 'folder'));
  await expect(prepareReport(join(root, 'folder'))).rejects.toThrow('it is a folder');
  await expect(prepareReport('/proc/none/report.xml')).rejects.toThrow('no such file or directory');
});

test('writes the pieces in their order', async () => {
  const large = 'x'.repeat(300_000);
  await writeReport(join(root, 'report'), inOrder('a', large, 'b'));
  expect(readFileSync(join(root, 'report'), 'utf8')).toBe(`a${large}b`);
  expect(readdirSync(root)).toEqual(['report']);
});

test('leaves the earlier report when it cannot write a whole one', async () => {
  writeFileSync(join(root, 'report'), 'earlier');
  await expect(writeReport(join(root, 'report'), failing())).rejects.toThrow('the store is gone');
  expect(readFileSync(join(root, 'report'), 'utf8')).toBe('earlier');
  expect(readdirSync(root)).toEqual(['report']);
});

test('writes into a pipe or a device, and leaves it where it is', async () => {
  const path = join(root, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    await prepareReport(path);
    await writeReport(path, inOrder('a', 'b'));
    expect(lstatSync(path).isFIFO()).toBe(true);
    const read = Buffer.alloc(8);
    expect(read.toString('utf8', 0, readSync(reader, read))).toBe('ab');
  } finally {
    closeSync(reader);
  }
});

test('writes the file that a link points to', async () => {
  writeFileSync(join(root, 'report'), 'earlier');
  symlinkSync('report', join(root, 'link'));
  await writeReport(join(root, 'link'), inOrder('a'));
  expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(root, 'report'), 'utf8')).toBe('a');
});

test('says that the disk is full', async () => {
  await expect(writeReport('/dev/full/x', inOrder('a'))).rejects.toMatchObject({ code: 'bad_usage' });
  await expect(writeReport(join(root, 'report'), rejecting('ENOSPC'))).rejects.toMatchObject({
    code: 'disk_full',
  });
});

async function* rejecting(code: string): AsyncGenerator<string> {
  yield 'half';
  await Promise.resolve();
  throw Object.assign(new Error('write'), { code });
}
