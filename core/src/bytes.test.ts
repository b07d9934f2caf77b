import { expect, test } from 'vitest';
import { formatBytes, parseBytes } from './bytes.ts';

test.each([
  ['0B', 0],
  ['512B', 512],
  ['1kB', 1000],
  ['1KiB', 1024],
  ['256MiB', 268_435_456],
  ['1.5GB', 1_500_000_000],
  ['2TiB', 2_199_023_255_552],
])('reads %s as %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', '5', 'MiB', '-1B', '256m', '256 MiB ', '1mb', '1e3B', '0x10B'])('refuses %j', (text) => {
  expect(parseBytes(text)).toBeNull();
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [268_435_456, '256 MiB'],
  [5_000_000_000, '4.66 GiB'],
  [2 ** 50, '1024 TiB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
