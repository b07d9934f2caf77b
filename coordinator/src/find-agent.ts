/** The entry of an agent's present life in the coordinator's memory. */

import type { Owner } from '@cleangrid/core/shard.ts';
import type { Agent, Grid } from './grid.ts';

/** Made as absent until `untilMs` where there is none; its slots are known with its hello. */
export function findAgent(grid: Grid, owner: Owner, untilMs: number): Agent {
  const known = grid.agents.get(owner.agent);
  if (known?.boot === owner.boot) return known;
  const agent: Agent = {
    agent: owner.agent,
    boot: owner.boot,
    host: owner.host,
    slots: 0,
    executor: null,
    version: null,
    pool: [],
    link: { state: 'absent', untilMs },
    lastBeatMs: grid.clock.monotonicMs(),
    held: new Set(),
    unproven: grid.store.agent(owner.agent)?.unproven ?? [],
    trouble: null,
  };
  grid.agents.set(owner.agent, agent);
  return agent;
}
