/** The number of an agent's life: grows with every start, so that the coordinator can tell a new life from an old one (rule 3). */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';

/**
 * Takes the next boot number in `stateDirectory`: the previous one + 1, or the time where that is higher, so that even a lost directory does
 * not lead back. On disk before it is returned. Throws `store_failed`; the number is taken by one process at a time, the caller sees to that.
 */
export function takeBoot(stateDirectory: string, clock: Clock): number {
  const file = join(stateDirectory, 'boot');
  try {
    mkdirSync(stateDirectory, { recursive: true });
    const boot = Math.max(readBoot(file) + 1, clock.nowMs());
    writeDurably(`${file}.next`, `${boot}\n`);
    renameSync(`${file}.next`, file);
    syncDirectory(stateDirectory);
    return boot;
  } catch (error) {
    throw new GridError('store_failed', `cannot take a boot number in ${file}`, {
      cause: error,
      hint: 'Check that the state directory is writable and that the file holds one number.',
    });
  }
}

/** 0 where there is none yet. */
function readBoot(file: string): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  if (!/^\d{1,16}\n$/.test(text)) throw new Error(`${file} does not hold a boot number`);
  return Number(text);
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A rename is durable when its directory is. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
