import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@cleangrid/core/clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeBoot } from './boot.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-boot-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('takeBoot', () => {
  it('starts with the time, so that a lost state directory does not lead back', () => {
    expect(takeBoot(join(directory, 'made', 'here'), clockAt(5_000))).toBe(5_000);
  });

  it('grows with every start, also when the clock stands still or goes back', () => {
    expect(takeBoot(directory, clockAt(5_000))).toBe(5_000);
    expect(takeBoot(directory, clockAt(5_000))).toBe(5_001);
    expect(takeBoot(directory, clockAt(10))).toBe(5_002);
  });

  it('is not led astray by what a killed process left half written', () => {
    takeBoot(directory, clockAt(5_000));
    writeFileSync(join(directory, 'boot.next'), '9');
    expect(takeBoot(directory, clockAt(10))).toBe(5_001);
  });

  it('refuses a file that holds something else, instead of starting anew', () => {
    writeFileSync(join(directory, 'boot'), '');
    expect(() => takeBoot(directory, clockAt(10))).toThrow('cannot take a boot number');
  });
});

function clockAt(nowMs: number): Clock {
  return { nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => {} };
}
