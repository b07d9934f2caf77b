/** Stores the results of one frame. What the fence refuses is kept as evidence, and never merged (rules 8 and 9). */

import type { StepId } from '@cleangrid/core/ids.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { FenceAnswer, Sender, Shard } from '@cleangrid/core/shard.ts';
import { headOf, heardOf } from './find-shard.ts';
import type { ActiveShard } from './grid.ts';
import type { About, From } from './handle-message.ts';
import { moveShard } from './move-shard.ts';
import { rememberFrame } from './recent-reads.ts';
import type { Turn } from './turn.ts';

export function handleFrame(turn: Turn, from: From, { active, by, message }: About<'frame'>): void {
  const { ref, seq, results, spans } = message;
  const answer: FenceAnswer = active ? moveShard(turn, active, { kind: 'frame', by, seq }) : 'stale';
  if (active && answer === 'stored') storeFrame(turn, active, { seq, results });
  if (active && answer === 'stored' && spans)
    turn.addSpans(active.run, spans, { place: active.place, attempt: by.attempt });
  if (active && answer === 'stale' && isOwnAttempt(active.shard, by))
    keepEvidence(turn, active, { ...message.ref, seq, results });
  if (answer === 'gap') return turn.disconnect(from.connection, 'a frame is missing before another');
  turn.answerFrames(from.connection, ref, { seq, answer: answer === 'stale' ? 'stale' : 'stored' });
}

function storeFrame(turn: Turn, active: ActiveShard, frame: { seq: number; results: StepResult[] }): void {
  const { run, place } = active;
  const attempt = active.shard.attempt?.number ?? 0;
  const results = freshResults(turn, active, frame.results);
  const key = { run: run.record.ordinal, place, attempt, seq: frame.seq };
  turn.writes.addFrame({ ...key, results });
  if (turn.grid.watchers.has(run.record.run)) rememberFrame(turn.grid, key, results);
  const heard = heardOf(turn.grid, active);
  for (const result of results) heard.set(result.step, result.verdict);
  if (results.length > 0)
    turn.addEvent(run, { kind: 'frame', place, attempt, seq: frame.seq }, results.length);
}

/** A step has one verdict per attempt, and only the shard's own steps have one. */
function freshResults(turn: Turn, active: ActiveShard, results: StepResult[]): StepResult[] {
  const { steps } = headOf(turn.grid, active);
  const heard = heardOf(turn.grid, active);
  const known = new Set<StepId>();
  return results.filter(({ step }) => {
    const isFresh = steps.has(step) && !heard.has(step) && !(step in active.shard.finals) && !known.has(step);
    known.add(step);
    return isFresh;
  });
}

/** What another agent says of an attempt would take the place of what its owner says. */
function isOwnAttempt({ attempt, earlier }: Shard, by: Sender): boolean {
  if (attempt?.number === by.attempt)
    return attempt.owner.agent === by.agent && attempt.owner.boot === by.boot;
  return earlier.some((past) => past.attempt === by.attempt && past.agent === by.agent);
}

function keepEvidence(
  turn: Turn,
  active: ActiveShard,
  frame: { attempt: number; seq: number; results: StepResult[] },
): void {
  const { attempt, seq, results } = frame;
  turn.writes.addFrame({ run: active.run.record.ordinal, place: active.place, attempt, seq, results });
}
