/** Globs over names, which are no paths: `*` stands for any text, `?` for one character, `\` makes the next character stand for itself. */

export interface Glob {
  /** The only text that it matches; null where it has a wildcard. */
  literal: string | null;
  /** Whether the whole text matches, in at most pattern × text steps: texts come from strangers. */
  matches(text: string): boolean;
}

export function compileGlob(pattern: string): Glob {
  const parts = partsOf(pattern);
  if (!parts.every((part) => typeof part === 'string'))
    return { literal: null, matches: (text) => matches(parts, Array.from(text)) };
  const literal = parts.join('');
  return { literal, matches: (text) => text === literal };
}

const anyText = Symbol('*');
const anyCharacter = Symbol('?');

function partsOf(pattern: string): (string | symbol)[] {
  return [...pattern.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain]) => {
    if (escaped !== undefined) return escaped;
    return plain === '*' ? anyText : plain === '?' ? anyCharacter : (plain ?? '');
  });
}

function matches(parts: readonly (string | symbol)[], characters: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  /** Where to go on when what follows the last star does not match: the star takes one character more. */
  let retry: { part: number; at: number } | null = null;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === anyText) {
      part += 1;
      retry = { part, at };
    } else if (wanted === anyCharacter || (wanted !== undefined && wanted === characters[at])) {
      part += 1;
      at += 1;
    } else if (retry) {
      retry = { part: retry.part, at: retry.at + 1 };
      ({ part, at } = retry);
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === anyText);
}
