/** Follows what happens to our containers, so that one that ended by itself is told from one that was killed from outside. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { eventLagMsMax, eventPollMs } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { type Owner, ownedByLedger } from './ownership.ts';

export type ContainerFate =
  | { kind: 'running' }
  | { kind: 'exited'; exitCode: number }
  /** Its own process was killed for memory. */
  | { kind: 'oom' }
  | { kind: 'killed'; how: 'killed' | 'removed' | 'paused' | 'restarted' }
  | { kind: 'unknown'; error: unknown };

export interface ContainerWatch {
  fateOf(container: { id: string; startedAtMs: number }): Promise<ContainerFate>;
  /** Whether a process in it was killed for memory; waits briefly for the event. */
  metMemoryLimit(container: string): Promise<boolean>;
  /** Follows a container that an earlier life made. */
  adopt(container: string): void;
  /** Whether it ran when it was last looked at, and nothing was told of it since, by events that have not been interrupted. */
  isKnownToRun(container: { id: string }): boolean;
  /** Call when the container is removed by ourselves. */
  forget(container: string): void;
  stop(): Promise<void>;
}

/** What the events told of one container. */
interface Facts {
  killed: boolean;
  oom: boolean;
  died: boolean;
  /** It was found running, and no event told otherwise since. */
  running: boolean;
}

const nothingTold: Facts = { killed: false, oom: false, died: false, running: false };

export interface WatchParts {
  runtime: ContainerRuntime;
  owner: Owner;
  clock: Clock;
}

export function watchContainers({ runtime, owner, clock }: WatchParts): ContainerWatch {
  const facts = new Map<string, Facts>();
  const stopped = new AbortController();
  const following = follow(runtime, { owner, facts, signal: stopped.signal });

  /** Events trail what they tell of; a bounded wait for the one that is due. */
  const waitFor = async (container: string, told: (facts: Facts) => boolean): Promise<Facts | null> => {
    for (let waitedMs = 0; ; waitedMs += eventPollMs) {
      const known = facts.get(container) ?? null;
      if ((known && told(known)) || waitedMs >= eventLagMsMax) return known;
      await sleep(clock, eventPollMs);
    }
  };

  return {
    async fateOf(container) {
      try {
        const details = await runtime.containers.get(container.id);
        if (details.state === 'paused') return { kind: 'killed', how: 'paused' };
        if (details.state === 'running') {
          if (details.startedAtMs !== container.startedAtMs) return { kind: 'killed', how: 'restarted' };
          const known = facts.get(container.id);
          if (known) known.running = true;
          return { kind: 'running' };
        }
        const known = await waitFor(container.id, ({ died }) => died);
        if (details.oomKilled || known?.oom) return { kind: 'oom' };
        if (known?.killed) return { kind: 'killed', how: 'killed' };
        return { kind: 'exited', exitCode: details.exitCode ?? -1 };
      } catch (error) {
        if (isGridError(error, 'not_found')) return { kind: 'killed', how: 'removed' };
        return { kind: 'unknown', error };
      }
    },
    async metMemoryLimit(container) {
      const known = await waitFor(container, ({ oom }) => oom);
      return known?.oom ?? false;
    },
    adopt(container) {
      facts.set(container, { ...nothingTold });
    },
    isKnownToRun: (container) => facts.get(container.id)?.running ?? false,
    forget(container) {
      facts.delete(container);
    },
    async stop() {
      stopped.abort();
      await following;
    },
  };
}

interface Following {
  owner: Owner;
  facts: Map<string, Facts>;
  signal: AbortSignal;
}

async function follow(runtime: ContainerRuntime, { owner, facts, signal }: Following): Promise<void> {
  for await (const event of runtime.events(ownedByLedger(owner.ledger), signal)) {
    if (event.kind === 'connected') {
      // What happened meanwhile is not known.
      for (const known of facts.values()) known.running = false;
      continue;
    }
    if (event.action === 'create') facts.set(event.id, { ...nothingTold });
    const known = facts.get(event.id);
    if (!known) continue;
    if (event.action !== 'create' && event.action !== 'start') known.running = false;
    if (event.action === 'oom') known.oom = true;
    if (event.action === 'die') known.died = true;
    if (event.action === 'kill' || event.action === 'stop') known.killed = true;
    if (event.action === 'destroy') facts.delete(event.id);
  }
}
