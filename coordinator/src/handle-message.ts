/** What an agent says about an attempt: judged by the fence, stored, answered (rules 6, 8, 9, 11 and 17). */

import { unreachable } from '@cleangrid/core/errors.ts';
import type { FromAgent } from '@cleangrid/core/protocol.ts';
import type { FenceAnswer, Sender } from '@cleangrid/core/shard.ts';
import { findShard, heardOf } from './find-shard.ts';
import type { ActiveShard, Agent, Connection } from './grid.ts';
import { handleFrame } from './handle-frame.ts';
import { handleStopped } from './handle-stopped.ts';
import { noteHealth } from './host-trouble.ts';
import { moveShard } from './move-shard.ts';
import type { Turn } from './turn.ts';

export type AttemptMessage = Extract<
  FromAgent,
  { kind: 'accepted' | 'started' | 'frame' | 'close' | 'stopped' }
>;

/** The agent's present connection. */
export interface From {
  agent: Agent;
  connection: Connection;
}

export function handleMessage(turn: Turn, from: From, message: AttemptMessage): void {
  const active = findShard(turn, message.ref);
  const by: Sender = { agent: from.agent.agent, boot: from.agent.boot, attempt: message.ref.attempt };
  switch (message.kind) {
    case 'accepted': {
      const answer = active ? moveShard(turn, active, { kind: 'accepted', by }) : 'stale';
      return turn.answer(from.connection, {
        kind: 'acceptStored',
        ref: message.ref,
        answer: answer === 'stale' ? 'stale' : 'stored',
      });
    }
    case 'started':
      if (active) moveShard(turn, active, { kind: 'started', by });
      return;
    case 'frame':
      return handleFrame(turn, from, { active, by, message });
    case 'close':
      return handleClose(turn, from, { active, by, message });
    case 'stopped':
      return handleStopped(turn, from, { active, by, message });
    default:
      return unreachable(message);
  }
}

/** A message with the shard that it names, null where the store knows none. */
export interface About<Kind extends AttemptMessage['kind']> {
  active: ActiveShard | null;
  by: Sender;
  message: Extract<AttemptMessage, { kind: Kind }>;
}

function handleClose(turn: Turn, from: From, { active, by, message }: About<'close'>): void {
  const { ref, close } = message;
  const answer: FenceAnswer = active
    ? moveShard(turn, active, { kind: 'close', by, close, heard: heardOf(turn.grid, active) })
    : 'stale';
  if (answer === 'gap') return turn.disconnect(from.connection, 'a frame is missing before a close');
  if (answer === 'stored') noteHealth(turn, from.agent, close.verdict);
  turn.answer(from.connection, { kind: 'closeStored', ref, answer: answer === 'stale' ? 'stale' : 'stored' });
}
