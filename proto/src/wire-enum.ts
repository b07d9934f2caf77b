/** The closed lists of core are words, those of the wire are numbers: a table for each, read both ways. */

import { unreadable } from './unreadable.ts';

export interface WireEnum<Word extends string, Value extends number> {
  encode(word: Word): Value;
  /** Throws `version_mismatch`. */
  decode(value: number): Word;
}

export function wireEnum<Word extends string, Value extends number>(
  name: string,
  values: Record<Word, Value>,
): WireEnum<Word, Value> {
  const words = new Map<number, Word>();
  for (const word in values) words.set(values[word], word);
  return {
    encode: (word) => values[word],
    decode: (value) => words.get(value) ?? unreadable(`${name} ${value}`),
  };
}
