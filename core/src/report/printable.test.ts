import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('leaves text, tabs and newlines as they are', () => {
  expect(printable('a\tb\nü 漢 🙂')).toBe('a\tb\nü 漢 🙂');
});

test('shows control characters as pictures', () => {
  expect(printable('\u0000\u001b[31m\u007f\r')).toBe('␀␛[31m␡␍');
});

test('reads the line end of other systems as a line end', () => {
  expect(printable('a\r\nb')).toBe('a\nb');
});

test('replaces what is no character', () => {
  expect(printable('\ud800x\udc00\u0085\ufffe\uffff')).toBe('\ufffdx\ufffd\ufffd\ufffd\ufffd');
});
