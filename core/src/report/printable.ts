/** Output of other people's programs reaches terminals and XML files: whatever could steer the one or break the other is replaced by a visible character. */

const replacement = '\ufffd';

/**
 * The same text with every control character but tab and newline shown as its Unicode picture (`␛`, `␀`), and what is no character at
 * all (lone surrogates, U+FFFE, U+FFFF) as U+FFFD. A carriage return before a newline is dropped. Valid in XML 1.0.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]|[\ufffe\uffff]/gu, (character) => pictureOf(character.charCodeAt(0)));
}

function pictureOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : replacement;
}
