import type { RunEvent } from '@cleangrid/core/run-service.ts';
import { expect, test } from 'vitest';
import { agentPatience } from './agent-patience.ts';
import { manualClock } from './fake/manual-clock.ts';

const waiting: RunEvent = { cursor: 1, kind: 'waiting', message: 'No agent is connected.' };
const work = { kind: 'scenario_started' } as RunEvent;

test('begins with the first word of it, and ends once when it lasts too long', () => {
  const clock = manualClock();
  const judge = agentPatience(clock, 10_000);
  expect(judge(waiting)).toBe('begins');
  clock.advance(9_000);
  expect(judge(waiting)).toBe('untouched');
  clock.advance(1_000);
  expect([judge(waiting), judge(waiting)]).toEqual(['ends', 'untouched']);
});

test('begins anew when something ran meanwhile', () => {
  const clock = manualClock();
  const judge = agentPatience(clock, 10_000);
  judge(waiting);
  clock.advance(9_000);
  expect(judge(work)).toBe('untouched');
  clock.advance(9_000);
  expect(judge(waiting)).toBe('begins');
  clock.advance(9_000);
  expect(judge(waiting)).toBe('untouched');
});
