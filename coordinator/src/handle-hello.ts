/** An agent connects: who it is, what it still holds, and what it gets to work with (rules 2, 3 and 10). */

import { messageOf } from '@cleangrid/core/errors.ts';
import { absenceMsMax, beatIntervalMs } from '@cleangrid/core/limits.ts';
import type { AttemptRef, FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import type { Owner } from '@cleangrid/core/shard.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { version, versionsFit } from '@cleangrid/core/version.ts';
import type { EventLoop } from './event-loop.ts';
import { findAgent } from './find-agent.ts';
import { findShard, heardOf } from './find-shard.ts';
import type { ActiveShard, Agent, Connection } from './grid.ts';
import { discardMailbox, loseAgent, removeMailbox } from './lose-agent.ts';
import { moveShard } from './move-shard.ts';
import { republishAttempt } from './publish-attempt.ts';
import { type Turn, refOf } from './turn.ts';

export type Hello = Extract<FromAgent, { kind: 'hello' }>;

export function handleHello(
  turn: Turn,
  loop: EventLoop,
  from: { connection: Connection; hello: Hello },
): void {
  const { grid } = turn;
  const { connection, hello } = from;
  const reason = reasonToRefuse(turn, hello);
  if (reason !== null) {
    grid.logger.warn({ agent: hello.agent, boot: hello.boot, reason }, 'agent refused');
    turn.answer(connection, { kind: 'refused', reason });
    return turn.disconnect(connection, reason);
  }
  const older = grid.agents.get(hello.agent);
  if (older && older.boot < hello.boot)
    loseAgent(turn, older, { isDead: true, why: `agent ${hello.agent} was started again` });
  else if (older && !replaceConnection(turn, older, hello.connection))
    return turn.disconnect(connection, 'a newer connection of this agent is open');
  const agent = greet(turn, from);
  const kill = compareBooks(turn, agent, hello);
  turn.afterCommit(() => void openMailbox(loop, turn.grid, { agent, connection, kill }));
}

function reasonToRefuse(turn: Turn, hello: Hello): string | null {
  if (!versionsFit(hello.version, version))
    return `agent ${hello.agent} has version ${hello.version}, which does not fit the coordinator's ${version}`;
  const known = turn.grid.store.agent(hello.agent);
  return known && known.boot > hello.boot
    ? `another agent named ${hello.agent} was started later; give each agent a name of its own`
    : null;
}

/** False when the one that is open is the newer. */
function replaceConnection(turn: Turn, agent: Agent, number: number): boolean {
  if (agent.link.state === 'absent') return true;
  const { connection } = agent.link;
  if (connection.said && connection.said.number >= number) return false;
  removeMailbox(turn, agent);
  turn.disconnect(connection, 'a newer connection of this agent is open');
  return true;
}

function greet(turn: Turn, { connection, hello }: { connection: Connection; hello: Hello }): Agent {
  const { grid } = turn;
  const owner: Owner = { agent: hello.agent, boot: hello.boot, host: hello.host };
  const stored = grid.store.agent(hello.agent);
  if (stored?.boot !== hello.boot) {
    turn.writes.putAgent({ agent: hello.agent, boot: hello.boot, unproven: [] });
    proveDeaths(turn, owner);
  }
  const agent = findAgent(grid, owner, turn.nowMs + absenceMsMax);
  agent.host = hello.host;
  agent.slots = hello.slots;
  agent.executor = hello.executor;
  agent.version = hello.version;
  agent.lastBeatMs = turn.nowMs;
  agent.link = { state: 'welcoming', connection };
  connection.said = { agent: hello.agent, boot: hello.boot, number: hello.connection };
  grid.logger.info(
    { agent: hello.agent, boot: hello.boot, host: hello.host, slots: hello.slots },
    'agent said hello',
  );
  return agent;
}

/** A newer boot says hello only after it has cleaned up what older ones left. */
function proveDeaths(turn: Turn, newer: Owner): void {
  for (const active of turn.grid.active.values()) {
    const owner = active.shard.attempt?.owner;
    if (active.shard.state !== 'active' || owner?.agent !== newer.agent || owner.boot >= newer.boot) continue;
    const heard = heardOf(turn.grid, active);
    const why = `agent ${newer.agent} was started again`;
    moveShard(turn, active, { kind: 'lost', resumable: false, dead: true, why, heard });
  }
}

/** Takes up what both sides know, loses what only our books have, and returns what only the agent has. */
function compareBooks(turn: Turn, agent: Agent, hello: Hello): AttemptRef[] {
  const kill: AttemptRef[] = [];
  const isOurs = hello.epoch?.grid === turn.grid.epoch.grid;
  const held = new Set<unknown>();
  for (const ref of isOurs ? hello.holds : []) {
    const active = findShard(turn, ref);
    const by = { agent: agent.agent, boot: agent.boot, attempt: ref.attempt };
    const answer = active ? moveShard(turn, active, { kind: 'accepted', by }) : 'stale';
    if (answer === 'stale') kill.push(ref);
    else held.add(active);
  }
  for (const active of turn.grid.active.values()) {
    if (held.has(active) || !isOwn(active, agent)) continue;
    const why = `agent ${agent.agent} no longer holds it`;
    const heard = heardOf(turn.grid, active);
    moveShard(turn, active, { kind: 'lost', resumable: false, dead: true, why, heard });
  }
  return kill;
}

/** An assigned attempt may still be on its way: it is published again. */
function isOwn({ shard }: ActiveShard, agent: Agent): boolean {
  if (shard.state !== 'active' || shard.attempt.phase.state === 'assigned') return false;
  const { owner } = shard.attempt;
  return owner.agent === agent.agent && owner.boot === agent.boot;
}

interface Welcoming {
  agent: Agent;
  connection: Connection;
  kill: AttemptRef[];
}

async function openMailbox(loop: EventLoop, grid: Turn['grid'], welcoming: Welcoming): Promise<void> {
  const { agent, connection } = welcoming;
  await grid.mailboxesBegun;
  try {
    const mailbox = await grid.mailboxes.create(agent.agent, agent.boot);
    loop.post((turn) => welcome(turn, welcoming, mailbox));
  } catch (error) {
    grid.logger.warn({ agent: agent.agent, reason: messageOf(error) }, 'no mailbox for an agent');
    connection.channel.close(`no mailbox could be made: ${messageOf(error)}`);
  }
}

function welcome(turn: Turn, { agent, connection, kill }: Welcoming, mailbox: string): void {
  const { grid } = turn;
  const isCurrent =
    !grid.isRenewing &&
    grid.agents.get(agent.agent) === agent &&
    agent.link.state === 'welcoming' &&
    agent.link.connection === connection;
  if (!isCurrent) return turn.afterCommit(() => discardMailbox(grid, mailbox));
  agent.link = { state: 'ready', connection, mailbox, sinceMs: turn.nowMs };
  agent.lastBeatMs = turn.nowMs;
  const settings = { beatIntervalMs };
  const answer: ToAgent = { kind: 'welcome', epoch: grid.epoch, mailbox, kill, settings };
  turn.answer(connection, answer);
  for (const ref of agent.unproven) turn.answer(connection, { kind: 'revoke', ref });
  for (const active of agent.held) {
    active.publishes = 0;
    if (active.shard.cancelling !== null)
      turn.answer(connection, { kind: 'revoke', ref: refOf(active, shardId(active.place)) });
    else if (active.shard.attempt?.phase.state === 'assigned') republishAttempt(turn, active);
  }
}
