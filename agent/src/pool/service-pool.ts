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
  /** One line for people: what is being waited for. */
  progress(message: string): void;
}

export function openServicePool(parts: StartParts): ServicePool {
  const exclusive = createExclusive();
  /** By suite digest and service name; in the order of their last use. */
  const services = new Map<string, StartedContainer>();
  const inUse = new Set<string>();
  const removals = new Set<Promise<void>>();

  const discard = (container: StartedContainer): void => {
    const removal = removeContainer(parts, container)
      .catch((error: unknown) =>
        parts.logger.warn({ err: error, container: container.id }, 'a container could not be removed'),
      )
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };

  const evictIdle = (): void => {
    const idle = [...services].filter(([key]) => !inUse.has(key));
    for (const [key, container] of idle.slice(0, Math.max(0, idle.length - idleServicesMax))) {
      services.delete(key);
      discard(container);
    }
  };

  /** The running service, or a new one. */
  const provide = async (
    request: LeaseRequest,
    name: ServiceName,
    signal: AbortSignal,
  ): Promise<StartAnswer> => {
    const key = keyOf(request.suiteDigest, name);
    const running = services.get(key);
    services.delete(key);
    if (running) {
      const fate = await parts.watch.fateOf(running);
      if (fate.kind === 'running') {
        services.set(key, running);
        return { kind: 'started', container: running };
      }
      discard(running);
    }
    const service = request.suite.services[name];
    invariant(service, `the plan has the service ${name} of every scenario`);
    const answer = await startContainer(parts, { ...request, service, image: service.image }, signal);
    if (answer.kind === 'started') services.set(key, answer.container);
    return answer;
  };

  /** Everything the scenario needs, started side by side. */
  const provideAll = async (request: LeaseRequest, signal: AbortSignal): Promise<Provided> => {
    const wanted = request.scenario.services.map((name) => provide(request, name, signal));
    const { image } = request.scenario;
    if (image !== null) wanted.push(startContainer(parts, { ...request, service: null, image }, signal));
    const settled = await Promise.allSettled(wanted);
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return {
      started: answers.flatMap((answer) => (answer.kind === 'started' ? [answer.container] : [])),
      refused: answers.find((answer) => answer.kind === 'refused') ?? null,
      thrown: settled.find((one) => one.status === 'rejected') ?? null,
    };
  };

  /** Workspace containers are used once; services only where nothing tainted them. */
  const takeBack = (suiteDigest: Sha256, containers: readonly StartedContainer[], tainted: boolean): void => {
    for (const container of containers) {
      if (container.service === null) discard(container);
      else if (tainted) {
        services.delete(keyOf(suiteDigest, container.service));
        discard(container);
      }
    }
  };

  return {
    async lease(request, signal) {
      const { suiteDigest, scenario } = request;
      const keys = scenario.services.map((name) => keyOf(suiteDigest, name));
      if (keys.some((key) => inUse.has(key))) request.progress(`waiting for ${scenario.services.join(', ')}`);
      const giveBack = await exclusive.acquire(keys, signal);
      for (const key of keys) inUse.add(key);
      const release = (containers: readonly StartedContainer[], tainted: boolean): void => {
        takeBack(suiteDigest, containers, tainted);
        for (const key of keys) inUse.delete(key);
        evictIdle();
        giveBack();
      };
      const { started, refused, thrown } = await provideAll(request, signal);
      if (!refused && !thrown)
        return {
          kind: 'leased',
          lease: createLease(parts, {
            request,
            containers: started,
            release: (tainted) => release(started, tainted),
          }),
        };
      release(started, false);
      if (thrown) throw thrown.reason;
      invariant(refused, 'a lease that is not granted was refused or failed');
      return refused;
    },
    async removeAll() {
      for (const container of services.values()) discard(container);
      services.clear();
      await Promise.all(removals);
      await parts.networks.removeAll();
    },
  };
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
  release(tainted: boolean): void;
}

function createLease(parts: StartParts, { request, containers, release }: LeaseOf): Lease {
  const { runtime, blobs, agent } = parts;
  return {
    agent,
    containers,
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
