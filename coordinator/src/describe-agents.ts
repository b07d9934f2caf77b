/** The coordinator's agents for people: what it knows of each at this moment, from memory alone. */

import type { AgentRecord } from '@cleangrid/core/run-service.ts';
import type { Agent, Grid } from './grid.ts';

/** By name. */
export function describeAgents({ agents }: Pick<Grid, 'agents'>): AgentRecord[] {
  return [...agents.values()]
    .map(describeAgent)
    .sort((one, other) => (one.agent < other.agent ? -1 : Number(one.agent > other.agent)));
}

function describeAgent(agent: Agent): AgentRecord {
  const held = [...agent.held];
  const runs = held.map(({ run }) => run.record).sort((one, other) => one.ordinal - other.ordinal);
  return {
    agent: agent.agent,
    host: agent.host,
    state: stateOf(agent),
    slots: agent.slots,
    held: held.length,
    running: held.filter(({ shard }) => shard.attempt?.phase.state === 'running').length,
    runs: [...new Set(runs.map(({ run }) => run))],
    executor: agent.executor,
    version: agent.version,
    pool: agent.pool,
  };
}

function stateOf({ link, unproven, trouble }: Agent): AgentRecord['state'] {
  if (link.state === 'absent') return 'absent';
  if (link.state === 'welcoming') return 'connecting';
  if (unproven.length > 0) return 'unproven';
  return trouble === null ? 'ready' : 'troubled';
}
