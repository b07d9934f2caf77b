/** Looks at every deadline of agents and attempts: the one failure detector (rules 7, 13, 14 and 17). */

import {
  acceptMsMax,
  attemptGraceMs,
  beatMsMax,
  deathProofMsMax,
  publishesMax,
  revokeMsMax,
  stallMsMax,
  startGraceMs,
  tickMs,
} from '@cleangrid/core/limits.ts';
import type { Owner } from '@cleangrid/core/shard.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { headOf, heardOf } from './find-shard.ts';
import type { ActiveShard, Agent, Grid } from './grid.ts';
import { loseAgent } from './lose-agent.ts';
import { moveShard } from './move-shard.ts';
import { republishAttempt } from './publish-attempt.ts';
import { type Turn, refOf } from './turn.ts';

export function detectLoss(turn: Turn): void {
  const { grid, nowMs } = turn;
  const lateMs = nowMs - grid.lastTickMs - tickMs;
  grid.lastTickMs = nowMs;
  if (lateMs > stallMsMax) return startAnew(grid, nowMs);
  for (const agent of grid.agents.values()) checkAgent(turn, agent);
  for (const active of grid.active.values()) checkAttempt(turn, active);
}

/** While we stood still nobody could reach us: silence says nothing. */
function startAnew(grid: Grid, nowMs: number): void {
  grid.logger.warn('the coordinator stood still; all deadlines start anew');
  for (const agent of grid.agents.values()) {
    agent.lastBeatMs = nowMs;
    if (agent.link.state === 'absent') agent.link = { state: 'absent', untilMs: nowMs + startGraceMs };
  }
  for (const active of grid.active.values()) {
    active.publishedMs = nowMs;
    active.startedMs = nowMs;
    active.cancelledMs = nowMs;
  }
}

function checkAgent(turn: Turn, agent: Agent): void {
  const { link } = agent;
  if (link.state === 'absent') {
    if (turn.nowMs >= link.untilMs)
      loseAgent(turn, agent, { isDead: false, why: `agent ${agent.agent} did not come back` });
    // One that waits for our welcome does not beat yet.
  } else if (link.state === 'ready' && turn.nowMs - agent.lastBeatMs > beatMsMax) {
    loseAgent(turn, agent, { isDead: false, why: `agent ${agent.agent} fell silent` });
  }
}

function checkAttempt(turn: Turn, active: ActiveShard): void {
  const { shard } = active;
  if (shard.state !== 'active') return;
  if (shard.cancelling !== null) return checkProof(turn, active);
  const { state } = shard.attempt.phase;
  if (state === 'assigned' && turn.nowMs - active.publishedMs > acceptMsMax) publishAgain(turn, active);
  if (state !== 'running') return;
  const overdueMs = turn.nowMs - active.startedMs - headOf(turn.grid, active).timeoutMs - attemptGraceMs;
  if (overdueMs > 0) giveUp(turn, active);
}

function publishAgain(turn: Turn, active: ActiveShard): void {
  const agent = active.shard.attempt && turn.grid.agents.get(active.shard.attempt.owner.agent);
  if (agent?.link.state !== 'ready') return;
  if (active.publishes < publishesMax) return republishAttempt(turn, active);
  active.publishedMs = turn.nowMs;
  turn.disconnect(agent.link.connection, 'deliveries do not arrive');
}

/** Its agent beats, but the attempt is beyond anything that its scenario may take. */
function giveUp(turn: Turn, active: ActiveShard): void {
  const { attempt } = active.shard;
  const link = attempt && turn.grid.agents.get(attempt.owner.agent)?.link;
  const ref = refOf(active, shardId(active.place));
  const heard = heardOf(turn.grid, active);
  moveShard(turn, active, {
    kind: 'lost',
    resumable: false,
    dead: false,
    why: 'its agent did not end it after its timeout',
    heard,
  });
  if (link?.state === 'ready') turn.answer(link.connection, { kind: 'revoke', ref });
}

function checkProof(turn: Turn, active: ActiveShard): void {
  if (!active.shard.attempt) return;
  const waitedMs = turn.nowMs - active.cancelledMs;
  if (waitedMs <= deathProofMsMax) {
    if (waitedMs > revokeMsMax) renewConnection(turn, active, active.shard.attempt.owner);
    return;
  }
  const ref = refOf(active, shardId(active.place));
  const { agent, boot } = active.shard.attempt.owner;
  moveShard(turn, active, { kind: 'unproven', heard: heardOf(turn.grid, active) });
  const stored = turn.grid.store.agent(agent);
  // A newer boot has cleaned up by now.
  if (stored?.boot !== boot) return;
  const unproven = [...stored.unproven, ref];
  turn.writes.putAgent({ agent, boot, unproven });
  const present = turn.grid.agents.get(agent);
  if (present?.boot === boot) present.unproven = unproven;
}

/** The revoke may hang in a connection that carries nothing down: with its next hello the agent gets it again. */
function renewConnection(turn: Turn, active: ActiveShard, owner: Owner): void {
  const agent = turn.grid.agents.get(owner.agent);
  if (agent?.boot !== owner.boot || agent.link.state !== 'ready') return;
  if (agent.link.sinceMs <= active.cancelledMs)
    turn.disconnect(agent.link.connection, 'a revoke is not answered');
}
