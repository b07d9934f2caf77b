/**
 * The agent's containers: services that are started once per suite and lent to one scenario at a time, and a new workspace container per
 * scenario. Services are not reset between scenarios yet; one that something unexpected happened to is replaced.
 */

import type { ServiceName, Sha256 } from '@cleangrid/core/ids.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import { idleServicesMax } from '@cleangrid/core/limits.ts';
import type { PlannedScenario, PlannedSuite } from '@cleangrid/core/plan.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { createExclusive } from './exclusive.ts';
import type { Lease, LeaseAnswer } from './lease.ts';
import { lastLogLines } from './service-logs.ts';
import {
  removeContainer,
  type StartAnswer,
  startContainer,
  type StartedContainer,
  type StartParts,
} from './start-container.ts';
import { workspaceFiles } from './workspace-volume.ts';

export interface ServicePool {
  /** Rejects only with the signal's reason, or for a bug of ours. */
  lease(request: LeaseRequest, signal: AbortSignal): Promise<LeaseAnswer>;
  /** Removes everything; resolves when it is gone. Nothing may be leased any more. */
  removeAll(): Promise<void>;
}

export interface LeaseRequest {
  suiteDigest: Sha256;
  suite: PlannedSuite;
  scenario: PlannedScenario;
  /** Only containers that were never lent before. */
  fresh: boolean;
  /** One line for people: what is being waited for. */
  progress(message: string): void;
}

export function openServicePool(parts: StartParts): ServicePool {
  return new Pool(parts);
}

class Pool implements ServicePool {
  readonly #parts: StartParts;
  readonly #exclusive = createExclusive();
  /** By suite digest and service name; in the order of their last use. */
  readonly #services = new Map<string, StartedContainer>();
  readonly #inUse = new Set<string>();
  readonly #lent = new WeakSet<StartedContainer>();
  readonly #removals = new Set<Promise<void>>();

  constructor(parts: StartParts) {
    this.#parts = parts;
  }

  async lease(request: LeaseRequest, signal: AbortSignal): Promise<LeaseAnswer> {
    const names = request.scenario.services;
    const keys = names.map((name) => keyOf(request.suiteDigest, name));
    if (keys.some((key) => this.#inUse.has(key))) request.progress(`waiting for ${names.join(', ')}`);
    const giveBack = await this.#exclusive.acquire(keys, signal);
    for (const key of keys) this.#inUse.add(key);
    const { started, refused, thrown } = await this.#provideAll(request, signal);
    const release = (tainted: boolean): void => {
      this.#takeBack(request.suiteDigest, started, tainted);
      for (const key of keys) this.#inUse.delete(key);
      this.#evictIdle();
      giveBack();
    };
    if (!refused && !thrown) {
      const reused = started.some((container) => this.#lent.has(container));
      for (const container of started) this.#lent.add(container);
      const lease = createLease(this.#parts, { request, containers: started, reused, release });
      return { kind: 'leased', lease };
    }
    release(false);
    if (thrown) throw thrown.reason;
    invariant(refused, 'a lease that is not granted was refused or failed');
    return refused;
  }

  async removeAll(): Promise<void> {
    for (const container of this.#services.values()) this.#discard(container);
    this.#services.clear();
    await Promise.all(this.#removals);
    await this.#parts.networks.removeAll();
  }

  /** Everything the scenario needs, started side by side. */
  async #provideAll(request: LeaseRequest, signal: AbortSignal): Promise<Provided> {
    const wanted = request.scenario.services.map((name) => this.#provide(request, name, signal));
    const { image } = request.scenario;
    if (image !== null) {
      wanted.push(startContainer(this.#parts, { ...request, service: null, image }, signal));
    }
    const settled = await Promise.allSettled(wanted);
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return {
      started: answers.flatMap((answer) => (answer.kind === 'started' ? [answer.container] : [])),
      refused: answers.find((answer) => answer.kind === 'refused') ?? null,
      thrown: settled.find((one) => one.status === 'rejected') ?? null,
    };
  }

  /** The running service, or a new one. */
  async #provide(request: LeaseRequest, name: ServiceName, signal: AbortSignal): Promise<StartAnswer> {
    const key = keyOf(request.suiteDigest, name);
    const running = this.#services.get(key);
    this.#services.delete(key);
    if (running) {
      const fate = await this.#parts.watch.fateOf(running);
      if (fate.kind === 'running' && !request.fresh) {
        this.#services.set(key, running);
        return { kind: 'started', container: running };
      }
      this.#discard(running);
    }
    const service = request.suite.services[name];
    invariant(service, `the plan has the service ${name} of every scenario`);
    const answer = await startContainer(this.#parts, { ...request, service, image: service.image }, signal);
    if (answer.kind === 'started') this.#services.set(key, answer.container);
    return answer;
  }

  /** Workspace containers are used once; services only where nothing tainted them. */
  #takeBack(suiteDigest: Sha256, containers: readonly StartedContainer[], tainted: boolean): void {
    for (const container of containers) {
      if (container.service !== null && !tainted) continue;
      if (container.service !== null) this.#services.delete(keyOf(suiteDigest, container.service));
      this.#discard(container);
    }
  }

  #evictIdle(): void {
    const idle = [...this.#services].filter(([key]) => !this.#inUse.has(key));
    for (const [key, container] of idle.slice(0, Math.max(0, idle.length - idleServicesMax))) {
      this.#services.delete(key);
      this.#discard(container);
    }
  }

  #discard(container: StartedContainer): void {
    const { logger } = this.#parts;
    const removal = removeContainer(this.#parts, container)
      .catch((error: unknown) =>
        logger.warn({ err: error, container: container.id }, 'a container could not be removed'),
      )
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}

interface Provided {
  started: StartedContainer[];
  refused: Extract<StartAnswer, { kind: 'refused' }> | null;
  thrown: PromiseRejectedResult | null;
}

function keyOf(suiteDigest: Sha256, service: ServiceName): string {
  return `${suiteDigest}/${service}`;
}

interface LeaseOf {
  request: LeaseRequest;
  containers: readonly StartedContainer[];
  reused: boolean;
  release(tainted: boolean): void;
}

function createLease(parts: StartParts, { request, containers, reused, release }: LeaseOf): Lease {
  const { runtime, blobs, agent } = parts;
  return {
    agent,
    containers,
    reused,
    container(service) {
      const found = containers.find((container) => container.service === service);
      invariant(found, `the lease has a container for ${service ?? 'the workspace'}`);
      return found;
    },
    async workspaceFile(path) {
      const files = await workspaceFiles(blobs, request.suite.workspace);
      const file = files.find((candidate) => candidate.path === path);
      invariant(file, `the workspace has the file ${path}`);
      return blobs.get(file.sha256);
    },
    async serviceLogs() {
      const logs: ServiceLog[] = [];
      for (const { service, id } of containers) {
        if (service !== null) logs.push({ service, lines: await lastLogLines(runtime, id) });
      }
      return logs;
    },
    release,
  };
}
