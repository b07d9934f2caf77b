import { expect, test } from 'vitest';
import { type InstanceState, moveInstance } from './instance-state.ts';

const states: InstanceState[] = [
  'creating',
  'starting',
  'ready',
  'leased',
  'resetting',
  'retiring',
  'removed',
];

function isLegal(from: InstanceState, to: InstanceState): boolean {
  try {
    return moveInstance(from, to) === to;
  } catch {
    return false;
  }
}

test('a container moves as the diagram says, and in no other way', () => {
  const moves = states.flatMap((from) =>
    states.filter((to) => isLegal(from, to)).map((to) => `${from} ${to}`),
  );
  expect(moves).toEqual([
    'creating starting',
    'creating retiring',
    'starting ready',
    'starting retiring',
    'ready leased',
    'ready retiring',
    'leased ready',
    'leased resetting',
    'leased retiring',
    'resetting ready',
    'resetting retiring',
    'retiring removed',
  ]);
});
