/** An agent says that every process of an attempt is dead, or how many are not (rule 17). */

import { heardOf } from './find-shard.ts';
import type { About, From } from './handle-message.ts';
import { moveShard } from './move-shard.ts';
import type { Turn } from './turn.ts';

export function handleStopped(turn: Turn, from: From, { active, by, message }: About<'stopped'>): void {
  const { ref, survivors } = message;
  if (active) moveShard(turn, active, { kind: 'stopped', by, survivors, heard: heardOf(turn.grid, active) });
  if (survivors > 0) return;
  const { agent } = from;
  const unproven = agent.unproven.filter(
    (other) => other.run !== ref.run || other.shard !== ref.shard || other.attempt !== ref.attempt,
  );
  if (unproven.length === agent.unproven.length) return;
  agent.unproven = unproven;
  turn.writes.putAgent({ agent: agent.agent, boot: agent.boot, unproven });
}
