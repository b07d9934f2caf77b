import { silenceMsMax } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { fakeTerminal } from './fake/fake-terminal.ts';
import { manualClock } from './fake/manual-clock.ts';
import { PlainLines } from './plain-lines.ts';

test('prints each line once and at once', () => {
  const { out } = fakeTerminal();
  const lines = new PlainLines(out, manualClock(), () => ['status']);
  lines.print(['a', 'b']);
  lines.changed();
  lines.print([]);
  expect(out.text()).toBe('a\nb\n');
});

test('says what runs when nothing was said for long', () => {
  const { out } = fakeTerminal();
  const clock = manualClock();
  const lines = new PlainLines(out, clock, () => ['status']);
  clock.advance(silenceMsMax - 1);
  lines.print(['a']);
  clock.advance(silenceMsMax - 1);
  expect(out.text()).toBe('a\n');
  clock.advance(1);
  clock.advance(silenceMsMax);
  lines.close();
  clock.advance(silenceMsMax);
  expect(out.text()).toBe('a\nstatus\nstatus\n');
});
