import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

describe('what is kept as recent', () => {
  it('costs no more than it may, and the oldest goes first', () => {
    const recent = new Recent<string>(10);
    recent.put('a', 'first', 4);
    recent.put('b', 'second', 4);
    recent.put('c', 'third', 4);
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([undefined, 'second', 'third']);
  });

  it('is not what costs more than all may', () => {
    const recent = new Recent<string>(10);
    recent.put('a', 'small', 1);
    recent.put('b', 'large', 11);
    expect([recent.get('a'), recent.get('b')]).toEqual(['small', undefined]);
  });

  it('is the newest value of a key', () => {
    const recent = new Recent<string>(10);
    for (const value of ['one', 'two', 'three']) recent.put('a', value, 9);
    expect(recent.get('a')).toBe('three');
  });
});
