/** Takes an agent's life for over: its attempts are lost, its mailbox goes, its shards wait for another host (rules 13 and 15). */

import { messageOf } from '@cleangrid/core/errors.ts';
import type { Agent, Grid } from './grid.ts';
import { heardOf } from './find-shard.ts';
import { moveShard } from './move-shard.ts';
import type { Turn } from './turn.ts';

export interface Loss {
  /** Its processes are gone for sure: a newer boot has cleaned up after it. */
  isDead: boolean;
  why: string;
}

export function loseAgent(turn: Turn, agent: Agent, { isDead, why }: Loss): void {
  const { grid } = turn;
  grid.logger.warn({ agent: agent.agent, boot: agent.boot, attempts: agent.held.size }, why);
  for (const active of agent.held) {
    const heard = heardOf(grid, active);
    moveShard(turn, active, { kind: 'lost', resumable: !isDead, dead: isDead, why, heard });
  }
  removeMailbox(turn, agent);
  if (agent.link.state !== 'absent') turn.disconnect(agent.link.connection, why);
  grid.agents.delete(agent.agent);
}

/** What is in it is for nobody any more: the next connection gets a new one. */
export function removeMailbox(turn: Turn, agent: Agent): void {
  if (agent.link.state !== 'ready') return;
  const { mailbox } = agent.link;
  turn.afterCommit(() => discardMailbox(turn.grid, mailbox));
}

/** One that cannot be removed now is tried again with each tick, until the next epoch's beginning removes all. */
export function discardMailbox(grid: Grid, mailbox: string): void {
  grid.discarded.add(mailbox);
  grid.mailboxes.remove(mailbox).then(
    () => grid.discarded.delete(mailbox),
    (error: unknown) => grid.logger.debug({ mailbox, reason: messageOf(error) }, 'mailbox not removed'),
  );
}
