/** Shards and what is said of them, for tests. */

import { invariant } from '../errors.ts';
import { type AgentId, id, type StepId } from '../ids.ts';
import type { AttemptClose } from '../protocol.ts';
import type { AttemptPhase, Heard, Owner, Sender, Shard, ShardEvent } from '../shard.ts';
import { nextShard } from '../shard-state.ts';
import { passed, type Verdict } from '../verdict.ts';

export const agent: AgentId = id<AgentId>('agent-1');
export const owner: Owner = { agent, boot: 7, host: 'host-1' };
export const noneHeard: Heard = new Map();
export const lostNow: Extract<ShardEvent, { kind: 'lost' }> = {
  kind: 'lost',
  resumable: true,
  dead: false,
  why: 'gone',
  heard: noneHeard,
};

export function waiting(budgets: Partial<Shard['budgets']> = {}): Shard {
  return {
    state: 'waiting',
    attempt: null,
    kind: 'whole',
    stepCount: 2,
    budgets: { failed: 0, broken: 0, pollution: 0, ...budgets },
    checksPollution: false,
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
  };
}

export function running(budgets: Partial<Shard['budgets']> = {}): Extract<Shard, { state: 'active' }> {
  const { shard: assigned } = nextShard(waiting(budgets), { kind: 'assign', nowMs: 0, owner });
  const { shard } = nextShard(assigned, { kind: 'started', by: by(1) });
  invariant(shard.state === 'active', 'what started is active');
  return shard;
}

export function by(attempt: number): Sender {
  return { agent, boot: owner.boot, attempt };
}

export function phaseOf(shard: Shard): AttemptPhase | undefined {
  return shard.attempt?.phase;
}

export function heard(...verdicts: Verdict[]): Heard {
  return new Map(verdicts.map((verdict, index) => [id<StepId>(`steps.${index}`), verdict]));
}

export function close(
  verdict: Verdict,
  told: { attempt?: number; lastSeq?: number; reused?: boolean; heard?: Heard } = {},
): Extract<ShardEvent, { kind: 'close' }> {
  const details: AttemptClose = {
    lastSeq: told.lastSeq ?? 0,
    verdict,
    durationMs: 5,
    waitedMs: 1,
    reused: told.reused ?? false,
    failedChecks: [],
    serviceLogs: [],
  };
  return { kind: 'close', by: by(told.attempt ?? 1), close: details, heard: told.heard ?? noneHeard };
}

/** Everything that an agent can say of an attempt. */
export function everyMessage(sender: Sender): ShardEvent[] {
  return [
    { kind: 'accepted', by: sender },
    { kind: 'started', by: sender },
    { kind: 'frame', by: sender, seq: 1 },
    { ...close(passed), by: sender },
    { kind: 'stopped', by: sender, survivors: 0, heard: noneHeard },
  ];
}
