/** The one pure function that moves shards and their attempts; the diagrams are beside the states, in `shard.ts`. */

import { invariant, unreachable } from './errors.ts';
import { attemptsKeptMax } from './limits.ts';
import type { AttemptRecord } from './run-service.ts';
import type { Attempt, AttemptPhase, Heard, Owner, Sender, Shard, ShardEvent, ShardMove } from './shard.ts';
import { closeAttempt, loseAttempt, settle } from './shard-outcome.ts';
import { cancelled } from './verdict.ts';

/** The only way a shard moves. Rules 9 to 12, 15 and 17. Throws (`invariant`) on a move that the diagrams do not have. */
export function nextShard(shard: Shard, event: ShardEvent): ShardMove {
  switch (event.kind) {
    case 'assign':
      return moved(assign(shard, event));
    case 'republish':
      return moved(republish(shard));
    case 'cancel':
      return moved(cancel(shard, event.message));
    case 'lost':
      return lose(shard, event);
    case 'unproven':
      return moved(giveUpProof(shard, event.heard));
    case 'accepted':
    case 'started':
    case 'frame':
    case 'close':
    case 'stopped':
      return receive(shard, event);
    default:
      return unreachable(event);
  }
}

/** The fence (rule 9). */
export function fence(shard: Shard, by: Sender): 'current' | 'repeated' | 'stale' {
  const { attempt } = shard;
  if (!attempt || by.attempt !== attempt.number) {
    const closed = shard.earlier.some(
      (earlier) => earlier.attempt === by.attempt && earlier.agent === by.agent && earlier.state === 'closed',
    );
    return closed ? 'repeated' : 'stale';
  }
  if (by.agent !== attempt.owner.agent || by.boot !== attempt.owner.boot) return 'stale';
  if (attempt.phase.state === 'closed') return 'repeated';
  if (shard.state === 'closed') return 'stale';
  return attempt.phase.state === 'lost' && !attempt.phase.resumable ? 'stale' : 'current';
}

function moved(shard: Shard): ShardMove {
  return { shard, answer: 'stored', retried: null };
}

function assign(shard: Shard, { owner, nowMs }: { owner: Owner; nowMs: number }): Shard {
  invariant(shard.state === 'waiting', 'only a waiting shard is assigned');
  const earlier = shard.attempt ? [...shard.earlier, attemptRecord(shard.attempt, true)] : shard.earlier;
  const number = (shard.attempt?.number ?? 0) + 1;
  return {
    ...shard,
    state: 'active',
    earlier: earlier.slice(-attemptsKeptMax),
    attempt: {
      number,
      owner,
      assignedAtMs: nowMs,
      publishNumber: 1,
      lastSeq: 0,
      started: false,
      fresh: shard.checksPollution,
      phase: { state: 'assigned' },
    },
  };
}

function republish(shard: Shard): Shard {
  invariant(shard.state === 'active', 'only an active shard is published');
  return { ...shard, attempt: { ...shard.attempt, publishNumber: shard.attempt.publishNumber + 1 } };
}

/** `isOver`: a newer attempt was opened. */
export function attemptRecord(attempt: Attempt, isOver: boolean): Omit<AttemptRecord, 'shard'> {
  const { number, owner, fresh, phase } = attempt;
  const state = phase.state === 'closed' || !isOver ? phase.state : 'superseded';
  const verdict = phase.state === 'closed' ? phase.verdict : null;
  return { attempt: number, agent: owner.agent, host: owner.host, fresh, state, verdict };
}

type Received = Extract<ShardEvent, { by: Sender }>;

function receive(before: Shard, event: Received): ShardMove {
  if (event.kind === 'stopped') return stop(before, event);
  const judged = fence(before, event.by);
  if (judged !== 'current') return { shard: before, answer: judged, retried: null };
  const shard = takeUp(before);
  const attempt = shard.attempt;
  invariant(attempt && shard.state !== 'closed', 'a current attempt belongs to an open shard');
  switch (event.kind) {
    case 'accepted':
      return moved(live(shard, attempt, { started: attempt.started }));
    case 'started':
      return moved(live(shard, attempt, { started: true }));
    case 'frame':
      if (event.seq <= attempt.lastSeq) return { shard: before, answer: 'repeated', retried: null };
      if (event.seq > attempt.lastSeq + 1) return { shard: before, answer: 'gap', retried: null };
      return moved(live(shard, attempt, { started: true, lastSeq: event.seq }));
    case 'close':
      if (event.close.lastSeq !== attempt.lastSeq) return { shard: before, answer: 'gap', retried: null };
      return closeAttempt(shard, event.close, event.heard);
    default:
      return unreachable(event);
  }
}

/** A loss that was none gives back what it spent: an agent that is silent now and then does not use up a shard. */
function takeUp(shard: Shard): Shard {
  const wasSpent =
    shard.state === 'waiting' && shard.attempt?.phase.state === 'lost' && shard.attempt.started;
  if (!wasSpent) return shard;
  return { ...shard, budgets: { ...shard.budgets, broken: shard.budgets.broken + 1 } };
}

function live(shard: Shard, attempt: Attempt, known: { started: boolean; lastSeq?: number }): Shard {
  invariant(shard.state !== 'closed', 'a closed shard has no live attempt');
  const started = known.started || attempt.started;
  const phase: AttemptPhase = { state: started ? 'running' : 'accepted' };
  return {
    ...shard,
    state: 'active',
    attempt: { ...attempt, started, phase, lastSeq: known.lastSeq ?? attempt.lastSeq },
  };
}

function stop(shard: Shard, event: Extract<ShardEvent, { kind: 'stopped' }>): ShardMove {
  const { attempt } = shard;
  const isNewest = attempt !== null && attempt.number === event.by.attempt;
  const isOwner = isNewest && attempt.owner.agent === event.by.agent && attempt.owner.boot === event.by.boot;
  if (!isOwner) return { shard, answer: 'stale', retried: null };
  if (shard.state === 'closed') return { shard, answer: 'repeated', retried: null };
  if (event.survivors > 0) return moved(shard);
  if (shard.cancelling !== null) return moved(cancelledShard(shard, event.heard));
  if (attempt.phase.state === 'lost')
    return moved({ ...shard, attempt: { ...attempt, phase: { ...attempt.phase, dead: true } } });
  if (attempt.phase.state === 'closed') return { shard, answer: 'repeated', retried: null };
  const why = `agent ${attempt.owner.agent} stopped it unasked`;
  return lose(shard, { kind: 'lost', resumable: false, dead: true, why, heard: event.heard });
}

function lose(shard: Shard, event: Extract<ShardEvent, { kind: 'lost' }>): ShardMove {
  invariant(shard.state === 'active', 'only an active shard loses its attempt');
  const { resumable, dead } = event;
  const { attempt } = shard;
  const phase: AttemptPhase =
    attempt.phase.state === 'closed' ? attempt.phase : { state: 'lost', resumable, dead };
  const lost: Shard = { ...shard, attempt: { ...attempt, phase } };
  if (shard.cancelling !== null) return moved(dead ? cancelledShard(lost, event.heard) : lost);
  return loseAttempt({ ...lost, state: 'active' }, event.why, event.heard);
}

function cancel(shard: Shard, message: string): Shard {
  if (shard.state === 'closed' || shard.cancelling !== null) return shard;
  const flagged: Shard = { ...shard, cancelling: message };
  if (shard.state === 'active') return flagged;
  const phase = shard.attempt?.phase;
  // What was lost may still run somewhere: its end is to be proved like that of any other.
  if (shard.attempt && phase?.state === 'lost' && !phase.dead)
    return { ...flagged, state: 'active', attempt: shard.attempt };
  return cancelledShard(flagged, new Map());
}

function cancelledShard(shard: Shard, heard: Heard): Shard {
  const verdict = cancelled('user', shard.cancelling ?? 'cancelled');
  const { attempt } = shard;
  if (attempt === null) return settle({ ...shard, attempt }, { verdict, heard, close: null });
  const { phase } = attempt;
  const [ended, said] = phase.state === 'closed' ? [phase.verdict, phase.said] : [verdict];
  const closed: Attempt = { ...attempt, phase: { state: 'closed', verdict: ended } };
  return settle({ ...shard, attempt: closed }, { verdict, heard, close: said ?? null });
}

function giveUpProof(shard: Shard, heard: Heard): Shard {
  invariant(
    shard.state === 'active' && shard.cancelling !== null,
    'only what is cancelled needs proof of death',
  );
  const { attempt } = shard;
  const { host, agent } = attempt.owner;
  const phase: AttemptPhase =
    attempt.phase.state === 'closed' ? attempt.phase : { state: 'lost', resumable: false, dead: false };
  const message = `${shard.cancelling}; death unproven: agent ${agent} on host ${host} did not say that its processes are dead`;
  const close = (phase.state === 'closed' && phase.said) || null;
  return settle(
    { ...shard, attempt: { ...attempt, phase } },
    { verdict: cancelled('death_unproven', message), heard, close },
  );
}
