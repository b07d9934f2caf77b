/** Starts one container for a suite: image, network, volumes with the suite's files, the container itself, ready probes. What fails is a verdict, and leaves nothing behind. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { PlannedService, PlannedSuite, ServiceLimits } from '@cleangrid/core/plan.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { broken, failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { StepExecutor, StepSession } from '../step-executor.ts';
import type { ContainerWatch } from './container-watch.ts';
import { type CreatedContainer, createContainer } from './create-container.ts';
import { exitVerdict } from './exit-verdict.ts';
import type { LeasedContainer } from './lease.ts';
import type { LeaseTimeline } from './lease-timeline.ts';
import { labelNames, type Owner } from './ownership.ts';
import { lastLogLines } from './service-logs.ts';
import { waitReady } from './wait-ready.ts';

export interface StartParts {
  agent: AgentId;
  runtime: ContainerRuntime;
  executor: StepExecutor;
  owner: Owner;
  blobs: BlobStore;
  watch: ContainerWatch;
  clock: Clock;
  logger: Logger;
}

/** What to start: a service, or (`service` null) a container for the steps without `in`. */
export interface StartRequest {
  /** Of the container. */
  name: string;
  /** For people: the service's name, or the image. */
  label: string;
  suite: PlannedSuite;
  service: PlannedService | null;
  /** The image's name on this host. */
  image: string;
  network: string;
  progress(message: string): void;
  timeline: LeaseTimeline | null;
}

export type StartedContainer = LeasedContainer & CreatedContainer;

export type StartAnswer =
  | { kind: 'started'; container: StartedContainer }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] };

export async function startContainer(
  parts: StartParts,
  request: StartRequest,
  signal: AbortSignal,
): Promise<StartAnswer> {
  const { label, image } = request;
  request.progress(`starting ${label}`);
  const endStart = request.timeline?.began('start', label);
  let created: CreatedContainer;
  try {
    created = await createContainer(parts, { request, image }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'refused', verdict: startVerdict(label, error), serviceLogs: [] };
  } finally {
    endStart?.();
  }
  return makeReady(parts, { request, created, label }, signal);
}

/** Removes a container and what lives and dies with it; what is not there any more is a success. */
export async function removeContainer(
  { runtime, watch, logger }: Pick<StartParts, 'runtime' | 'watch' | 'logger'>,
  { name, id, session }: { name: string; id: string | null; session: StepSession | null },
): Promise<void> {
  await session
    ?.close()
    .catch((error: unknown) => logger.debug({ err: error, container: name }, 'closing a session failed'));
  await runtime.containers.remove(name);
  for (const volume of await runtime.volumes.list({ [labelNames.container]: name }))
    await runtime.volumes.remove(volume.name);
  if (id !== null) watch.forget(id);
}

interface Making {
  request: StartRequest;
  created: CreatedContainer;
  label: string;
}

/** From a started container to one that can be leased; whatever prevents that removes it. */
async function makeReady(
  parts: StartParts,
  { request, created, label }: Making,
  signal: AbortSignal,
): Promise<StartAnswer> {
  const service = request.service?.name ?? null;
  const ended = async (): Promise<Verdict | null> =>
    exitVerdict({ service }, await parts.watch.fateOf(created));
  let session: StepSession | null = null;
  let verdict: Verdict;
  try {
    session = await parts.executor.open(created.id, signal);
    const notReady = await becomeReady(parts, { request, container: { ...created, session }, ended }, signal);
    if (!notReady) {
      const limits = request.service?.limits ?? noLimits;
      return { kind: 'started', container: { ...created, service, session, executor: session.kind, limits } };
    }
    verdict = notReady;
  } catch (error) {
    // What the error says may only be the consequence of the container's end.
    verdict = (await ended()) ?? startVerdict(label, error);
  }
  const serviceLogs =
    service === null ? [] : [{ service, lines: await lastLogLines(parts.runtime, created.id) }];
  await removeContainer(parts, { name: request.name, id: created.id, session });
  signal.throwIfAborted();
  return { kind: 'refused', verdict, serviceLogs };
}

export const noLimits: ServiceLimits = { memoryBytes: null, cpus: null, pids: null };

interface BecomingReady {
  request: StartRequest;
  container: CreatedContainer & { session: StepSession };
  ended(): Promise<Verdict | null>;
}

async function becomeReady(
  { clock, runtime }: StartParts,
  { request, container, ended }: BecomingReady,
  signal: AbortSignal,
): Promise<Verdict | null> {
  if (request.service === null) return null;
  request.progress(`waiting until ${request.service.name} is ready`);
  const endReady = request.timeline?.began('ready', request.label);
  const waiting = waitReady(request.service, { clock, container: { ...container, runtime }, ended }, signal);
  return waiting.finally(() => endReady?.());
}

function startVerdict(label: string, error: unknown): Verdict {
  const message = `${label} could not be started: ${messageOf(error)}`;
  if (isGridError(error, 'exec_failed')) return failed('service_exited', message);
  if (isGridError(error, 'disk_full')) return broken('disk_full', message);
  if (isGridError(error, 'daemon_unreachable', 'timed_out')) return broken('daemon_unavailable', message);
  return isGridError(error) ? broken('resource', message) : broken('internal', message);
}
