import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepOutput } from './kept-output.ts';
import { outputEvaluatedBytesMax, outputKeptBytesMax } from './limits.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('keeps short output whole, in however many chunks it came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 50 }),
      fc.boolean(),
      (chunks, evaluate) => {
        const keeper = keepOutput(evaluate);
        for (const chunk of chunks) keeper.add(bytes(chunk));
        const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(chunks.join('')));
        expect(keeper.kept()).toEqual({
          head: whole,
          tail: '',
          totalBytes: bytes(chunks.join('')).length,
          cutBytes: 0,
        });
        expect(keeper.evaluated()).toEqual({ text: whole, complete: true });
      },
    ),
  );
});

test('keeps the first and the last bytes of long output and counts what lies between', () => {
  const line = '0123456789abcdef';
  for (const evaluate of [false, true]) {
    const keeper = keepOutput(evaluate);
    for (let index = 0; index < outputKeptBytesMax; index += 1) keeper.add(bytes(line));
    keeper.add(bytes('the end'));
    const kept = keeper.kept();
    expect(kept.totalBytes).toBe(outputKeptBytesMax * line.length + 7);
    expect(kept.head.startsWith(line)).toBe(true);
    expect(kept.tail.endsWith(`${line}the end`)).toBe(true);
    expect(kept.head.length + kept.tail.length + kept.cutBytes).toBe(kept.totalBytes);
    expect(kept.head.length + kept.tail.length).toBe(outputKeptBytesMax);
  }
});

test('never shows half a character where it cuts', () => {
  fc.assert(
    fc.property(fc.constantFrom('é', '€', '😀'), fc.integer({ min: 0, max: 3 }), (character, shift) => {
      const keeper = keepOutput(false);
      keeper.add(bytes('x'.repeat(shift) + character.repeat(outputKeptBytesMax)));
      const kept = keeper.kept();
      expect(kept.head + kept.tail).not.toContain('\uFFFD');
      expect(bytes(kept.head).length + bytes(kept.tail).length + kept.cutBytes).toBe(kept.totalBytes);
    }),
  );
});

test('does not hold on to chunks that the caller reuses', () => {
  const keeper = keepOutput(true);
  const chunk = bytes('first ');
  keeper.add(chunk);
  chunk.set(bytes('second'));
  expect(keeper.kept().head).toBe('first ');
});

test('says that output beyond the evaluation limit is incomplete', () => {
  const keeper = keepOutput(true);
  const chunk = new Uint8Array(1024 * 1024).fill(97);
  for (let total = 0; total <= outputEvaluatedBytesMax; total += chunk.length) keeper.add(chunk);
  const evaluated = keeper.evaluated();
  expect(evaluated.complete).toBe(false);
  expect(evaluated.text.length).toBe(outputEvaluatedBytesMax);
});
