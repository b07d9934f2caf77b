import { expect, test } from 'vitest';
import { cleanText, fitLine, oneLine, widthOf } from './one-line.ts';

test('takes from a text what would steer a terminal', () => {
  expect(oneLine('\u001b[2Jinsert\r\n an\torder\u0007')).toBe('insert an order␇');
  expect(cleanText('\u001b[31mred\u001b[0m\n\tnext')).toBe('red\n    next');
});

test('cuts a line to the columns of the terminal', () => {
  expect(fitLine('a long line', 6)).toBe('a lon…');
  expect(fitLine('short', 6)).toBe('short');
  expect(widthOf(fitLine('漢字漢字漢字', 7))).toBeLessThanOrEqual(7);
});

test('ends colors where it cuts a colored line', () => {
  const cut = fitLine('\u001b[31mred red red\u001b[39m', 5);
  expect(cut).toBe('\u001b[31mred …\u001b[0m');
  expect(widthOf(cut)).toBe(5);
});
