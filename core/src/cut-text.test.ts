import { describe, expect, it } from 'vitest';
import { cutText } from './cut-text.ts';
import { checkTextMax } from './limits.ts';

describe('cutText', () => {
  it('leaves a text that is short enough as it is', () => {
    const text = 'x'.repeat(checkTextMax);
    expect(cutText(text)).toBe(text);
  });

  it('keeps start and end of a longer one, and says how much is missing', () => {
    const [start, end] = ['a', 'b'].map((letter) => letter.repeat(checkTextMax / 2));
    expect(cutText(`${start}12345${end}`)).toBe(`${start}\n… 5 characters cut …\n${end}`);
  });

  it('never ends in half a character', () => {
    expect(cutText('😀'.repeat(checkTextMax)).isWellFormed()).toBe(true);
    expect(cutText(`x${'😀'.repeat(checkTextMax)}`).isWellFormed()).toBe(true);
  });
});
