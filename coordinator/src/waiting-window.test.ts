import { waitingWindowMax } from '@cleangrid/core/limits.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedShard } from './fake/stored.ts';
import type { StoredShard } from './run-store.ts';
import { WaitingWindow } from './waiting-window.ts';

describe('the window on the waiting shards', () => {
  it('gives them in the order of assignment, whatever comes and goes, and holds a bounded number', () => {
    const commands = fc.array(
      fc.oneof(
        fc.record({ add: fc.integer({ min: 0, max: 5 }) }),
        fc.record({ take: fc.integer({ min: 1, max: 300 }) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(commands, (steps) => {
        const all: StoredShard[] = [];
        const window = new WaitingWindow();
        const taken: boolean[] = [];
        let added = 0;
        for (const step of steps) {
          if ('add' in step) {
            for (let count = 0; count < 100; count += 1) {
              const stored = storedShard(1, added, (step.add * 7 + count) % 11);
              added += 1;
              all.push(stored);
              window.add(stored);
            }
          } else {
            for (let count = 0; count < step.take; count += 1) taken.push(takeFirst(window, all));
          }
        }
        expect(taken.every(Boolean)).toBe(true);
        expect(window.shards.length).toBeLessThanOrEqual(2 * waitingWindowMax);
      }),
      { numRuns: 50 },
    );
  });
});

/** Whether it was the one that the store would have given. */
function takeFirst(window: WaitingWindow, all: StoredShard[]): boolean {
  all.sort((one, other) => other.expectedMs - one.expectedMs || one.place.scenario - other.place.scenario);
  if (window.isEmpty && !window.isComplete) window.refill((limit) => all.slice(0, limit));
  const [first] = window.shards;
  const [wanted] = all;
  if (first) window.remove(first.place);
  all.shift();
  return first?.place.scenario === wanted?.place.scenario;
}
