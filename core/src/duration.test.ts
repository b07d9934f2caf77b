import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['1.5s', 1500],
  ['2 min', 120_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['0.1ms', 1],
])('reads %s as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', '-1s', '1 week', '1e3s', 's', '1s ', '99999999999999999d'])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeNull();
});

test.each([
  [0, '0ms'],
  [7.4, '7ms'],
  [999.6, '1s'],
  [1240, '1.24s'],
  [12_340, '12.3s'],
  [59_960, '1min'],
  [125_000, '2min 5s'],
  [12_000_000, '3h 20min'],
])('writes %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('writes nothing longer than a few words for any duration', () => {
  fc.assert(
    fc.property(fc.nat(1e9), (ms) => {
      expect(formatDuration(ms)).toMatch(/^[\d.]+(ms|s|min|h)( \d+(s|min))?$/u);
    }),
  );
});
