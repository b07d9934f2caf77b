/** Creates one container with its volumes, puts the suite's files in, and starts it. Files travel into volumes and layers before the start, so a service finds them from its first moment. */

import type { PlannedMount } from '@cleangrid/core/plan.ts';
import type { WorkspaceFile } from '@cleangrid/core/workspace.ts';
import type { ContainerMount, ContainerSpec } from '../container-runtime.ts';
import { otlpEnvironment } from '../otlp/otlp-environment.ts';
import { labelNames, ownedLabels } from './ownership.ts';
import type { ContainerNeeds } from '../step-executor.ts';
import type { StartParts, StartRequest } from './start-container.ts';
import {
  fileArchive,
  filesBelow,
  folderArchive,
  workspaceDirectory,
  workspaceFiles,
} from './workspace-volume.ts';

/** `image`: the name to use on this host. */
export interface CreateRequest {
  request: StartRequest;
  image: string;
}

/** A container that was started; whether it still runs is another question. */
export interface CreatedContainer {
  id: string;
  /** By the daemon's clock. */
  startedAtMs: number;
  /** The one it started in. */
  network: string;
  /** Where the agent can read its changed files; null where it cannot. */
  upperDirectory: string | null;
}

/** Rejects with the runtime's errors, with nothing left behind. */
export async function createContainer(
  parts: StartParts,
  create: CreateRequest,
  signal: AbortSignal,
): Promise<CreatedContainer> {
  const { runtime, executor, clock } = parts;
  const { request } = create;
  const files = await workspaceFiles(parts.blobs, request.suite.workspace);
  const planned = planVolumes(create, files);
  const needs = await executor.prepare(create.image, signal);
  const spec = specOf(parts, { create, volumes: planned, needs });
  try {
    for (const volume of planned) await makeVolume(parts, { create, volume }, signal);
    const id = await runtime.containers.create(spec, signal);
    for (const volume of planned.filter(({ readOnly, files: own }) => !readOnly && own.length > 0)) {
      const tar = folderArchive(volume.files, volume.target, parts.blobs);
      await runtime.containers.copyIn(id, { directory: '/', tar }, signal);
    }
    for (const { file, mount } of copiedFiles(request, files)) {
      const tar = fileArchive(file, mount.target, parts.blobs);
      await runtime.containers.copyIn(id, { directory: '/', tar }, signal);
    }
    await runtime.containers.start(id, signal);
    const { startedAtMs, upperDirectory } = await runtime.containers.get(id, signal);
    const { network } = request;
    return { id, startedAtMs: startedAtMs ?? clock.nowMs(), network, upperDirectory };
  } catch (error) {
    await runtime.containers.remove(spec.name);
    for (const volume of planned) await runtime.volumes.remove(volume.name);
    throw error;
  }
}

interface PlannedVolume {
  name: string;
  target: string;
  readOnly: boolean;
  files: WorkspaceFile[];
}

/** The workspace itself, and each mount of a folder. Nothing reads a workspace container's before the keeper has filled it. */
function planVolumes({ request }: CreateRequest, files: WorkspaceFile[]): PlannedVolume[] {
  const early = request.service === null ? [] : files;
  const name = (label: string): string => `${request.name}-${label}`;
  const folders = mountsOf(request).filter((mount) => !isFile(mount, files));
  return [
    { name: name('workspace'), target: workspaceDirectory, readOnly: false, files: early },
    ...folders.map((mount, index) => ({
      name: name(`mount-${index}`),
      target: mount.target,
      readOnly: mount.readOnly,
      files: filesBelow(files, mount.source),
    })),
  ];
}

/** A read-only volume cannot be filled through the container that mounts it so: one that never runs does it. */
async function makeVolume(
  parts: StartParts,
  { create, volume }: { create: CreateRequest; volume: PlannedVolume },
  signal: AbortSignal,
): Promise<void> {
  const { runtime, owner } = parts;
  const { name: container, label } = create.request;
  await runtime.volumes.create(
    volume.name,
    { ...ownedLabels(owner, 'volume', label), [labelNames.container]: container },
    signal,
  );
  if (!volume.readOnly) return;
  const name = `${volume.name}-filler`;
  const mounts: ContainerMount[] = [
    { kind: 'volume', source: volume.name, target: volume.target, readOnly: false },
  ];
  try {
    const labels = ownedLabels(owner, 'filler', label);
    const id = await runtime.containers.create(
      { name, image: create.image, labels, entrypoint: ['-'], mounts },
      signal,
    );
    const tar = folderArchive(volume.files, volume.target, parts.blobs);
    await runtime.containers.copyIn(id, { directory: '/', tar }, signal);
  } finally {
    await runtime.containers.remove(name);
  }
}

interface SpecParts {
  create: CreateRequest;
  volumes: readonly PlannedVolume[];
  needs: ContainerNeeds;
}

function specOf({ owner, executor }: StartParts, made: SpecParts): ContainerSpec {
  const spansLeave = executor.kind === 'supervisor';
  const { request, image } = made.create;
  const { service } = request;
  const common = {
    name: request.name,
    image,
    labels: ownedLabels(owner, service === null ? 'workspace' : 'service', request.label),
    mounts: [
      ...made.needs.mounts,
      ...made.volumes.map(
        (volume): ContainerMount => ({
          kind: 'volume',
          source: volume.name,
          target: volume.target,
          readOnly: volume.readOnly,
        }),
      ),
    ],
    network: { name: request.network, aliases: service === null ? [] : [service.name] },
    init: service !== null || !made.needs.idleIsInit,
  };
  if (service === null) return { ...common, entrypoint: made.needs.idleCommand };
  return {
    ...common,
    env: { ...(spansLeave ? otlpEnvironment(service.env) : {}), ...service.env },
    tmpfs: service.tmpfs,
    limits: service.limits,
    ...(service.command === null ? {} : { command: service.command }),
  };
}

/** A single file cannot be a volume: it is copied to its target. */
function copiedFiles(
  request: StartRequest,
  files: readonly WorkspaceFile[],
): { file: WorkspaceFile; mount: PlannedMount }[] {
  return mountsOf(request).flatMap((mount) => {
    const file = files.find(({ path }) => path === mount.source);
    return file ? [{ file, mount }] : [];
  });
}

function mountsOf({ service }: StartRequest): readonly PlannedMount[] {
  return service?.mounts ?? [];
}

function isFile(mount: PlannedMount, files: readonly WorkspaceFile[]): boolean {
  return files.some(({ path }) => path === mount.source);
}
