/** The coordinator's end of an agent's connection: what needs no storing is done at once, everything else is decided in turns. */

import type { AcceptAgent } from '@cleangrid/core/agent-link.ts';
import { absenceMsMax, loopTickMsMax } from '@cleangrid/core/limits.ts';
import type { StepId } from '@cleangrid/core/ids.ts';
import type { FromAgent, PoolCount } from '@cleangrid/core/protocol.ts';
import { shardKey } from './grid.ts';
import type { ActiveShard, Agent, Connection, Grid } from './grid.ts';
import type { EventLoop } from './event-loop.ts';
import { handleHello } from './handle-hello.ts';
import { handleMessage } from './handle-message.ts';
import { loseAgent, removeMailbox } from './lose-agent.ts';
import { stepBriefsOf } from './recent-reads.ts';
import type { Turn } from './turn.ts';

export function acceptAgent(grid: Grid, loop: EventLoop): AcceptAgent {
  return (channel) => {
    const connection: Connection = { channel, said: null };
    if (loop.isUp) grid.connections.add(connection);
    else channel.close('the coordinator cannot store anything now');
    return {
      message: (message) => {
        const agent = currentAgent(grid, connection);
        if (agent) agent.lastBeatMs = grid.clock.monotonicMs();
        receive(grid, loop, { connection, message });
      },
      closed: () => {
        grid.connections.delete(connection);
        loop.post((turn) => noteClosed(turn, connection));
      },
    };
  };
}

function receive(grid: Grid, loop: EventLoop, from: { connection: Connection; message: FromAgent }): void {
  const { connection, message } = from;
  switch (message.kind) {
    case 'hello':
      return loop.post((turn) => handleHello(turn, loop, { connection, hello: message }));
    case 'beat':
      if (message.loopTickMs > loopTickMsMax) loop.post((turn) => loseFrozen(turn, connection));
      return;
    case 'pool':
      return notePool(grid, connection, message.pool);
    case 'progress':
    case 'preparing':
      return loop.post((turn) => tellProgress(turn.grid, message));
    default:
      return loop.post((turn) => {
        // Of a connection that was replaced: the new one brings it again.
        const agent = currentAgent(turn.grid, connection);
        if (agent) handleMessage(turn, { agent, connection }, message);
      });
  }
}

/** Null for a connection that said no hello yet, or that is no longer its agent's. */
function currentAgent(grid: Grid, connection: Connection): Agent | null {
  const agent = connection.said && grid.agents.get(connection.said.agent);
  if (!agent || agent.link.state === 'absent') return null;
  return agent.link.connection === connection ? agent : null;
}

function noteClosed(turn: Turn, connection: Connection): void {
  const agent = currentAgent(turn.grid, connection);
  if (!agent) return;
  removeMailbox(turn, agent);
  agent.link = { state: 'absent', untilMs: turn.nowMs + absenceMsMax };
}

function loseFrozen(turn: Turn, connection: Connection): void {
  const agent = currentAgent(turn.grid, connection);
  if (agent) loseAgent(turn, agent, { isDead: false, why: `agent ${agent.agent} is frozen` });
}

/** For people alone: nothing is decided by it. */
function notePool(grid: Grid, connection: Connection, pool: PoolCount[]): void {
  const agent = currentAgent(grid, connection);
  if (agent) agent.pool = pool;
}

/** Best effort: of a shard that this coordinator has not assigned itself, it does not know the names. */
function tellProgress(grid: Grid, message: Extract<FromAgent, { kind: 'progress' | 'preparing' }>): void {
  const { run, shard, attempt } = message.ref;
  const active = grid.active.get(shardKey(run, shard));
  if (!active?.head || !grid.watchers.has(run) || active.shard.attempt?.number !== attempt) return;
  const { scenario, name } = active.head;
  grid.watchers.tell(
    run,
    message.kind === 'preparing'
      ? { kind: 'scenario_preparing', scenario, name, message: message.message }
      : {
          kind: 'step_started',
          scenario,
          step: message.step,
          name: nameOf(grid, active, message.step),
        },
  );
}

function nameOf(grid: Grid, { run, place }: ActiveShard, step: StepId): string {
  return stepBriefsOf(grid, run.record.ordinal, place).get(step)?.name ?? step;
}
