/**
 * Hosts that cannot run anything for now. An attempt fails there at once, so that such a host is always free, and would draw all the work:
 * it is tried with one attempt at a time, while others get the rest.
 */

import { troubleMsFirst, troubleMsMax } from '@cleangrid/core/limits.ts';
import type { BrokenReason, Verdict } from '@cleangrid/core/verdict.ts';
import type { ActiveShard, Agent } from './grid.ts';
import type { Turn } from './turn.ts';

export interface HostTrouble {
  /** No attempt before. Monotonic. */
  untilMs: number;
  pauseMs: number;
  /** Assigned last: the next one waits for its end. */
  tried: ActiveShard | null;
}

const reasons: ReadonlySet<BrokenReason> = new Set(['daemon_unavailable', 'disk_full']);

/** From how an attempt has ended on it. Many end together: only what was tried after the pause prolongs it. */
export function noteHealth({ grid, nowMs }: Turn, agent: Agent, verdict: Verdict): void {
  const { trouble, host } = agent;
  if (trouble && (verdict.outcome === 'passed' || verdict.outcome === 'failed')) {
    agent.trouble = null;
    grid.logger.info({ agent: agent.agent, host }, 'host is well again');
  }
  if (verdict.outcome !== 'broken' || !reasons.has(verdict.reason)) return;
  if (trouble && nowMs < trouble.untilMs) return;
  const pauseMs = trouble ? Math.min(2 * trouble.pauseMs, troubleMsMax) : troubleMsFirst;
  agent.trouble = { untilMs: nowMs + pauseMs, pauseMs, tried: null };
  const { reason, message } = verdict;
  grid.logger.warn({ agent: agent.agent, host, reason, message, pauseMs }, 'host could not run an attempt');
}

/** Without the troubled ones; all of them where none is well. */
export function wellOf(agents: Agent[]): Agent[] {
  const well = agents.filter((agent) => agent.trouble === null);
  return well.length > 0 ? well : agents;
}

/** Whether to try if its host is well again. */
export function mayTry({ trouble, held }: Agent, nowMs: number): boolean {
  if (trouble === null || nowMs < trouble.untilMs) return false;
  return trouble.tried === null || !held.has(trouble.tried);
}
