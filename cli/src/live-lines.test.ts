import { redrawMsMax, redrawMsMin } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { type FakeOutput, fakeTerminal } from './fake/fake-terminal.ts';
import { type ManualClock, manualClock } from './fake/manual-clock.ts';
import { LiveLines } from './live-lines.ts';

function live(
  block: () => string[],
  columns = 80,
): { lines: LiveLines; out: FakeOutput; clock: ManualClock } {
  const clock = manualClock();
  const { out } = fakeTerminal({ isLive: true, columns });
  return { lines: new LiveLines(out, clock, block), out, clock };
}

test('keeps the status below what has been printed', () => {
  const { lines, out, clock } = live(() => ['status', 'more']);
  lines.print(['first']);
  clock.advance(redrawMsMin);
  lines.print(['second']);
  clock.advance(redrawMsMin);
  expect(out.screen()).toEqual(['first', 'second', 'status', 'more']);
});

test('redraws a block that became shorter without leaving parts of it', () => {
  let block = ['a', 'b', 'c'];
  const { lines, out, clock } = live(() => block);
  block = ['d'];
  lines.changed();
  clock.advance(redrawMsMin);
  expect(out.screen()).toEqual(['d']);
});

test('redraws ten times a second at most, however much happens', () => {
  const { lines, out, clock } = live(() => ['status']);
  const before = out.writes();
  for (let ms = 0; ms < 1000; ms += 1) {
    lines.print([`line ${ms}`]);
    clock.advance(1);
  }
  expect(out.writes() - before).toBeLessThanOrEqual(1000 / redrawMsMin);
  lines.close();
  expect(out.screen()).toEqual(Array.from({ length: 1000 }, (_, index) => `line ${index}`));
});

test('redraws now and then while nothing happens, so that elapsed times go on', () => {
  let ticks = 0;
  const { out, clock } = live(() => [`tick ${(ticks += 1)}`]);
  clock.advance(3 * redrawMsMax);
  expect(out.screen()).toEqual(['tick 4']);
});

test('leaves only what was printed when it ends, and nothing that fires later', () => {
  const { lines, out, clock } = live(() => ['status']);
  lines.print(['last']);
  lines.close();
  clock.advance(10 * redrawMsMax);
  expect(out.screen()).toEqual(['last']);
});

test('cuts the status to the width of the terminal, so that it is erased whole', () => {
  const { lines, out, clock } = live(() => ['x'.repeat(200)], 20);
  expect(out.screen()[0]).toHaveLength(19);
  lines.changed();
  clock.advance(redrawMsMin);
  expect(out.screen()).toHaveLength(1);
});

test('erases the lines that a narrower window has wrapped', () => {
  const { lines, out, clock } = live(() => ['x'.repeat(60)], 80);
  out.resize(30);
  lines.changed();
  clock.advance(redrawMsMin);
  expect(out.text()).toContain('\u001b[2A');
});
