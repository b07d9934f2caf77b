import { creditAheadMax } from '@cleangrid/core/limits.ts';
import { describe, expect, it } from 'vitest';
import { creditOf } from './assign.ts';

describe('the credit of an agent', () => {
  it('is its slots when shards are long', () => {
    expect(creditOf({ slots: 4 }, 60_000)).toBe(4);
  });

  it('is about 100 ms of work more when they are short, within a bound', () => {
    expect(creditOf({ slots: 4 }, 50)).toBe(4 + 8);
    expect(creditOf({ slots: 4 }, 0)).toBe(4 + creditAheadMax);
  });
});
