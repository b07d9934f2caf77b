/** Starts one container for a suite: image, network, volumes with the suite's files, the container itself, ready probes. What fails is a verdict, and leaves nothing behind. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { AgentId, Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedService, PlannedSuite } from '@cleangrid/core/plan.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { broken, failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { StepExecutor } from '../step-executor.ts';
import type { ContainerWatch } from './container-watch.ts';
import { createContainer } from './create-container.ts';
import type { ImageStore } from './ensure-image.ts';
import { exitVerdict } from './exit-verdict.ts';
import type { LeasedContainer } from './lease.ts';
import type { Owner } from './ownership.ts';
import { lastLogLines } from './service-logs.ts';
import type { SuiteNetworks } from './suite-networks.ts';
import { waitReady } from './wait-ready.ts';

export interface StartParts {
  agent: AgentId;
  runtime: ContainerRuntime;
  executor: StepExecutor;
  owner: Owner;
  images: ImageStore;
  networks: SuiteNetworks;
  blobs: BlobStore;
  watch: ContainerWatch;
  clock: Clock;
  logger: Logger;
  /** A number that no other container of this boot has. */
  nextSerial(): number;
}

/** What to start: a service, or (`service` null) a container of `image` for the steps without `in`. */
export interface StartRequest {
  suiteDigest: Sha256;
  suite: PlannedSuite;
  service: PlannedService | null;
  image: string;
  progress(message: string): void;
}

export interface StartedContainer extends LeasedContainer {
  network: string;
  /** Named volumes that live and die with it. */
  volumes: readonly string[];
}

export type StartAnswer =
  | { kind: 'started'; container: StartedContainer }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] };

export async function startContainer(
  parts: StartParts,
  request: StartRequest,
  signal: AbortSignal,
): Promise<StartAnswer> {
  const label = request.service?.name ?? request.image;
  const image = await parts.images.ensure(request.image, request.progress, signal);
  if (image.kind === 'refused') return { kind: 'refused', verdict: image.verdict, serviceLogs: [] };
  request.progress(`starting ${label}`);
  const made = await createContainer(parts, { request, image: image.name }, signal).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      return { refused: startVerdict(label, error) };
    },
  );
  if ('refused' in made) return { kind: 'refused', verdict: made.refused, serviceLogs: [] };
  try {
    const verdict = await becomeReady(parts, { request, container: made }, signal);
    if (!verdict) return { kind: 'started', container: made };
    const serviceLogs = await logsOf(parts, made);
    await removeContainer(parts, made);
    return { kind: 'refused', verdict, serviceLogs };
  } catch (error) {
    await removeContainer(parts, made);
    signal.throwIfAborted();
    return { kind: 'refused', verdict: startVerdict(label, error), serviceLogs: [] };
  }
}

/** Removes a container and what lives and dies with it; what is not there any more is a success. */
export async function removeContainer(
  parts: Pick<StartParts, 'runtime' | 'watch' | 'logger'>,
  container: Pick<StartedContainer, 'id' | 'session' | 'volumes'>,
): Promise<void> {
  await container.session
    .close()
    .catch((error: unknown) =>
      parts.logger.debug({ err: error, container: container.id }, 'closing a session failed'),
    );
  await parts.runtime.containers.remove(container.id);
  for (const volume of container.volumes) await parts.runtime.volumes.remove(volume);
  parts.watch.forget(container.id);
}

async function becomeReady(
  { clock, runtime, watch }: StartParts,
  { request, container }: { request: StartRequest; container: StartedContainer },
  signal: AbortSignal,
): Promise<Verdict | null> {
  if (request.service === null) return null;
  request.progress(`waiting until ${request.service.name} is ready`);
  const probed = { runtime, id: container.id, network: container.network, session: container.session };
  const ended = async (): Promise<Verdict | null> => exitVerdict(container, await watch.fateOf(container));
  return waitReady(request.service, { clock, container: probed, ended }, signal);
}

async function logsOf({ runtime }: StartParts, container: StartedContainer): Promise<ServiceLog[]> {
  return container.service === null
    ? []
    : [{ service: container.service, lines: await lastLogLines(runtime, container.id) }];
}

function startVerdict(label: string, error: unknown): Verdict {
  const message = `${label} could not be started: ${messageOf(error)}`;
  if (isGridError(error, 'exec_failed')) return failed('service_exited', message);
  if (isGridError(error, 'disk_full')) return broken('disk_full', message);
  if (isGridError(error, 'daemon_unreachable', 'timed_out')) return broken('daemon_unavailable', message);
  return isGridError(error) ? broken('resource', message) : broken('internal', message);
}
