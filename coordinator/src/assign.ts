/** Gives waiting shards to agents with credit: longest expected first, bound late, to a host that they do not avoid and that is well while there is one (rules 4 and 5). */

import { invariant } from '@cleangrid/core/errors.ts';
import { creditAheadMax, creditAheadMs, turnAssignmentsMax } from '@cleangrid/core/limits.ts';
import { activate } from './find-shard.ts';
import { flushTurn } from './flush-turn.ts';
import type { ActiveRun, ActiveShard, Agent } from './grid.ts';
import { mayTry, wellOf } from './host-trouble.ts';
import { moveShard } from './move-shard.ts';
import { publishAttempt } from './publish-attempt.ts';
import type { StoredShard } from './run-store.ts';
import { noteQueue } from './trace/note-spans.ts';
import type { Turn } from './turn.ts';

export function assign(turn: Turn): void {
  // Also those that are busy, or about to connect again.
  const known = [...turn.grid.agents.values()].filter(
    (agent) => agent.unproven.length === 0 && !isDraining(agent),
  );
  const hosts = wellOf(known);
  const tried = new Set(known.filter((agent) => !hosts.includes(agent) && mayTry(agent, turn.nowMs)));
  const workers = [...hosts, ...tried].filter(({ link }) => link.state === 'ready');
  if (workers.length === 0) return;
  let assigned = 0;
  for (const run of turn.grid.runs.values()) {
    if (run.record.cancelling !== null) continue;
    for (;;) {
      const match = nextMatch(turn, run, { workers, hosts, tried });
      if (!match) break;
      assignShard(turn, run, match);
      assigned += 1;
      if (assigned < turnAssignmentsMax) continue;
      turn.isUnfinished = true;
      return;
    }
  }
}

interface Candidates {
  workers: Agent[];
  /** What a shard may wait for. */
  hosts: Agent[];
  /** Of the workers, those that get one attempt. */
  tried: Set<Agent>;
}

interface Match {
  agent: Agent;
  stored: StoredShard;
}

function nextMatch(turn: Turn, run: ActiveRun, { workers, hosts, tried }: Candidates): Match | null {
  if (run.waiting.isEmpty && !run.waiting.isComplete) {
    flushTurn(turn);
    run.waiting.refill((limit) => turn.grid.store.waitingShards(run.record.ordinal, limit));
  }
  for (const stored of run.waiting.shards) {
    const shardMs = stored.expectedMs * run.pace;
    const free = workers.filter(
      (agent) =>
        agent.held.size < creditOf(agent, shardMs) && (!tried.has(agent) || mayTry(agent, turn.nowMs)),
    );
    if (free.length === 0) return null;
    const { avoidHosts } = stored.shard;
    const agent = leastLoaded(avoidHosts.length === 0 ? free : elsewhere(free, { hosts, avoidHosts }));
    if (agent) return { agent, stored };
  }
  return null;
}

/** All of them where there is no other host. */
function elsewhere(free: Agent[], { hosts, avoidHosts }: { hosts: Agent[]; avoidHosts: string[] }): Agent[] {
  const isElsewhere = (agent: Agent): boolean => !avoidHosts.includes(agent.host);
  return hosts.some(isElsewhere) ? free.filter(isElsewhere) : free;
}

/** Attempts that the agent may hold when the next one is expected to take `shardMs`. */
export function creditOf(agent: Pick<Agent, 'slots'>, shardMs: number): number {
  const ahead = Math.floor((agent.slots * creditAheadMs) / Math.max(shardMs, 0.001));
  return agent.slots + Math.min(ahead, creditAheadMax);
}

/** Its hello had no slots. */
function isDraining({ link, slots }: Agent): boolean {
  return link.state === 'ready' && slots === 0;
}

function leastLoaded(agents: Agent[]): Agent | null {
  let best: Agent | null = null;
  for (const agent of agents) {
    if (!best || agent.held.size / agent.slots < best.held.size / best.slots) best = agent;
  }
  return best;
}

function assignShard(turn: Turn, run: ActiveRun, { agent, stored }: Match): void {
  invariant(stored.shard.state === 'waiting', 'the window holds waiting shards');
  const active = activate(turn.grid, run, stored);
  if (agent.trouble) agent.trouble.tried = active;
  const { boot, host } = agent;
  const nowMs = turn.grid.clock.nowMs();
  moveShard(turn, active, { kind: 'assign', owner: { agent: agent.agent, boot, host }, nowMs });
  measureQueue(turn, active);
  noteQueue(turn, active);
  publishAttempt(turn, active);
}

function measureQueue({ grid }: Turn, { run, shard }: ActiveShard): void {
  const { attempt } = shard;
  if (attempt?.number !== 1) return grid.meter.add('cleangrid.shards.reassigned', 1);
  const waitedMs = attempt.assignedAtMs - run.record.submittedAtMs;
  // The wall clock may have been set back.
  grid.meter.record('cleangrid.queue.wait', Math.max(waitedMs, 0) / 1000);
}
