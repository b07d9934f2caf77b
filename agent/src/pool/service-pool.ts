/**
 * The agent's containers: service containers that are leased to scenarios, reset after each and kept warm, and the workspace containers beside
 * them. A lease gets all that its scenario needs, or waits.
 */

import { invariant } from '@cleangrid/core/errors.ts';
import type { ServiceName } from '@cleangrid/core/ids.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import { leaseMs, poolSweepMs } from '@cleangrid/core/limits.ts';
import { chooseInstances, Claims, type Need } from './choose-instances.ts';
import type { ImageStore } from './ensure-image.ts';
import type { FailedResets } from './failed-resets.ts';
import { giveBack, type Returned } from './give-back.ts';
import type { Hold, Instance } from './instance.ts';
import { createLease } from './create-lease.ts';
import type { LeaseAnswer } from './lease.ts';
import type { MakeParts } from './make-instance.ts';
import { hasRoom, tooManyIdle } from './memory-room.ts';
import { memoryOf, newLike, newService, newWorkspace } from './new-instance.ts';
import { askNeeds, type WorkspaceNeed } from './ask-needs.ts';
import type { LeaseRequest, PooledContainer, PoolLimits, ServicePool } from './pool.ts';
import { PoolBook } from './pool-book.ts';
import { Prewarming } from './prewarming.ts';
import { provideInstances } from './provide-instances.ts';
import { lendWorkspace } from './lend-workspace.ts';
import { limitNetworks } from './limit-networks.ts';
import type { InstanceNetwork, InstanceNetworks } from './instance-networks.ts';
import type { PoolLedger } from './pool-ledger.ts';
import { sweepInstances } from './sweep-instances.ts';
import type { WorkspaceKeeper } from '../workspace/workspace-keeper.ts';

export interface PoolParts extends MakeParts {
  images: ImageStore;
  networks: InstanceNetworks;
  ledger: PoolLedger;
  keeper: WorkspaceKeeper;
  limits: PoolLimits;
  meter: Meter;
  /** Who may share a container. */
  trustDomain: string;
  /** A number that no other container of this boot has. */
  nextSerial(): number;
}

export function openServicePool(parts: PoolParts): ServicePool {
  return new Pool(parts);
}

/** A lease that waits for its services. */
interface Waiter {
  needs: readonly Need[];
  hold: Hold;
  key: string;
  grant(instances: Instance[]): void;
}

class Pool implements ServicePool {
  readonly #parts: PoolParts;
  readonly #book: PoolBook;
  readonly #waiters: Waiter[] = [];
  /** By digest. */
  readonly #failedResets = new Map<string, FailedResets>();
  /** Those under way. */
  readonly #resets = new Map<Promise<void>, Instance>();
  readonly #prewarming: Prewarming;
  #leases = 0;
  #cancelSweep: () => void;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#book = new PoolBook({ ...parts, keepWarmMs: parts.limits.keepWarmMs }, () => this.#grant());
    this.#prewarming = new Prewarming({ ...parts, book: this.#book });
    this.#cancelSweep = this.#sweepLater();
  }

  async lease(request: LeaseRequest, signal: AbortSignal): Promise<LeaseAnswer> {
    const asked = await askNeeds(this.#parts, { ...request, failedResets: this.#failedResets }, signal);
    if (asked.kind === 'refused') return asked;
    await this.#prewarming.hear(request, signal);
    this.#leases += 1;
    const hold: Hold = { holder: request.scenario.name, deadlineMs: null, namespace: null };
    const key = `lease ${this.#leases}`;
    const chosen = await this.#acquire({ needs: asked.needs, hold, key }, request, signal);
    const members = new Map<ServiceName, Instance>(
      request.scenario.services.map((name, index) => [name, definite(chosen[index])]),
    );
    const { needs, workspace: workspaceNeed } = asked;
    return this.#provide({ request, needs, members, workspaceNeed, key, hold }, signal);
  }

  describe(): PooledContainer[] {
    const nowMs = this.#parts.clock.nowMs();
    return this.#book.instances.map((instance) => ({
      label: instance.label,
      digest: instance.digest,
      state: instance.state,
      container: instance.name,
      uses: instance.uses,
      ageMs: nowMs - instance.createdAtMs,
      holders: [...instance.holders.values()].map(({ holder }) => holder),
    }));
  }

  async close(): Promise<void> {
    this.#cancelSweep();
    await Promise.all([...this.#resets.keys(), this.#prewarming.stop()]);
    const { leaveWarm } = this.#parts.limits;
    const kept = this.#book.instances.filter(({ state }) => state === 'ready' && leaveWarm);
    await Promise.all(kept.map((instance) => this.#book.leave(instance)));
    for (const instance of this.#book.instances) this.#book.retire(instance, 'the agent stops');
    await this.#book.removed();
    const left = new Set(kept.flatMap(({ networks }) => [...networks.keys()]));
    const { networks } = this.#parts;
    for (const key of networks.keys()) if (!left.has(key)) await networks.remove(key);
  }

  /** Waits until everything is there, or may be made. Rejects with the signal's reason. */
  #acquire(asked: Omit<Waiter, 'grant'>, request: LeaseRequest, signal: AbortSignal): Promise<Instance[]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      let endWait: (() => void) | undefined;
      const abort = (): void => {
        endWait?.();
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#grant();
      };
      const waiter: Waiter = {
        ...asked,
        grant(instances) {
          signal.removeEventListener('abort', abort);
          endWait?.();
          resolve(instances);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
      this.#grant();
      if (!this.#waiters.includes(waiter)) return;
      const services = request.scenario.services.join(', ');
      request.progress(`waiting for ${services}`);
      endWait = request.timeline?.began('wait', services);
    });
  }

  /** First come, first served, where they want the same. */
  #grant(): void {
    if (this.#waiters.length === 0) return;
    const claims = new Claims();
    const visited = this.#book.visited();
    for (const waiter of this.#waiters.slice()) {
      // What is retired here frees something, and lets others be served before.
      if (!this.#waiters.includes(waiter)) continue;
      const view = {
        instances: this.#book.instances.filter(({ name }) => !visited.has(name)),
        hasRoom: (bytes: number) => this.#hasRoom(bytes),
        memoryOf,
      };
      const choices = chooseInstances(waiter.needs, view, claims);
      if (!choices) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      const { key, hold } = waiter;
      const instances = choices.map((choice, index) => {
        if (choice.kind === 'make')
          return this.#add(newService(this.#parts, definite(waiter.needs[index])), { key, hold });
        const { instance } = choice;
        instance.holders.set(key, { ...hold });
        // One that a person has just gone into gives its place to another.
        if (instance.state === 'ready' && !this.#book.lend(instance))
          this.#book.retire(instance, 'a person went in');
        return instance;
      });
      this.#makeRoom();
      waiter.grant(instances);
    }
  }

  #add(instance: Instance, { key, hold }: { key: string; hold: Hold }): Instance {
    instance.holders.set(key, { ...hold });
    this.#book.add(instance);
    return instance;
  }

  async #provide(providing: Providing, signal: AbortSignal): Promise<LeaseAnswer> {
    const { request, members, key, hold } = providing;
    const book = this.#book;
    const held = new Set(members.values());
    const release = (taint: string | null, used: boolean): void => {
      for (const instance of held) this.#giveBack({ instance, key, taint, used });
      held.clear();
    };
    const renew = (): void => {
      const deadlineMs = this.#parts.clock.monotonicMs() + leaseMs;
      for (const instance of held) book.renew(instance, key, deadlineMs);
    };
    const provision = {
      request,
      members,
      key,
      another: (instance: Instance, why: string) => {
        held.delete(instance);
        book.retire(instance, why);
        const next = this.#add(newLike(this.#parts, instance), { key, hold });
        held.add(next);
        return next;
      },
      workspace: async (network: InstanceNetwork, stop: AbortSignal) => {
        const instance = await this.#workspaceOf(providing, network.key, stop);
        if (instance) held.add(instance);
        return instance;
      },
    };
    try {
      const answer = await provideInstances({ ...this.#parts, book }, provision, signal);
      if (answer.kind === 'refused') {
        release(null, false);
        return answer;
      }
      const { workspace } = answer;
      const lease = createLease(this.#parts, {
        request,
        members,
        workspace,
        needs: providing.needs,
        key,
        renew,
        release: (taint) => release(taint, true),
      });
      renew();
      return { kind: 'leased', lease };
    } catch (error) {
      release(null, false);
      throw error;
    }
  }

  #giveBack(returned: Returned): void {
    const parts = { ...this.#parts, book: this.#book, failedResets: this.#failedResets };
    const { logger } = this.#parts;
    const done = giveBack(parts, returned)
      // What could not be written is not lent again: the next sweep tries to retire it.
      .catch((error: unknown) => logger.warn({ err: error }, 'a container could not be given back'))
      .finally(() => this.#resets.delete(done));
    this.#resets.set(done, returned.instance);
  }

  async #workspaceOf(
    { request, workspaceNeed, key, hold }: Providing,
    networkKey: string,
    signal: AbortSignal,
  ): Promise<Instance | null> {
    if (workspaceNeed === null) return null;
    const { fresh } = request;
    const wanted = { ...workspaceNeed, networkKey, fresh };
    const pooled = { book: this.#book, resets: this.#resets };
    const free = fresh ? null : await lendWorkspace(pooled, wanted, signal);
    free?.holders.set(key, { ...hold });
    return free ?? this.#add(newWorkspace(this.#parts, wanted), { key, hold });
  }

  #hasRoom(bytes: number): boolean {
    return hasRoom(this.#book.instances, bytes, this.#parts.limits.memoryBytes);
  }

  #makeRoom(): void {
    for (const instance of tooManyIdle(this.#book.instances, this.#parts.limits.memoryBytes))
      this.#book.retire(instance, 'its memory is needed');
  }

  #sweepLater(): () => void {
    return this.#parts.clock.after(poolSweepMs, () => {
      const { logger, limits } = this.#parts;
      try {
        sweepInstances({ ...this.#parts, book: this.#book, keepWarmMs: limits.keepWarmMs });
      } catch (error) {
        logger.warn({ err: error }, 'the pool could not be looked after');
      }
      limitNetworks({ ...this.#parts, book: this.#book }).catch((error: unknown) =>
        logger.warn({ err: error }, 'networks that nobody uses could not be removed yet'),
      );
      this.#cancelSweep = this.#sweepLater();
    });
  }
}

interface Providing {
  request: LeaseRequest;
  needs: readonly Need[];
  members: Map<ServiceName, Instance>;
  workspaceNeed: WorkspaceNeed | null;
  key: string;
  hold: Hold;
}

function definite<T>(value: T | undefined): T {
  invariant(value !== undefined, 'each service of a scenario has an instance');
  return value;
}
