/** Globs over names, which are no paths: `*` stands for any text, `?` for one character, `\` makes the next character stand for itself. */

/** Whether the whole text matches. Takes at most pattern × text steps, whatever a stranger put into the text. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = partsOf(pattern);
  const characters = [...text];
  let part = 0;
  let at = 0;
  /** Where to go on if what follows the last star does not match: the star takes one character more. */
  let retry: { part: number; at: number } | null = null;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === anyText) {
      retry = { part: part + 1, at };
      part += 1;
    } else if (wanted !== undefined && (wanted === anyCharacter || wanted === characters[at])) {
      part += 1;
      at += 1;
    } else if (retry) {
      retry = { part: retry.part, at: retry.at + 1 };
      ({ part, at } = retry);
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === anyText);
}

/** The only text that a pattern matches; null where it matches several. */
export function literalOf(pattern: string): string | null {
  const parts = partsOf(pattern);
  return parts.every((part) => typeof part === 'string') ? parts.join('') : null;
}

const anyText = Symbol('*');
const anyCharacter = Symbol('?');

function partsOf(pattern: string): (string | symbol)[] {
  return [...pattern.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain]) => {
    if (escaped !== undefined) return escaped;
    return plain === '*' ? anyText : plain === '?' ? anyCharacter : (plain ?? '');
  });
}
