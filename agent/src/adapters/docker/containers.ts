/** The life of containers: create, start, stop, remove, look up, list. */

import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { dockerCallMsMax } from '@cleangrid/core/limits.ts';
import type Docker from 'dockerode';
import type {
  ContainerDetails,
  Containers,
  ContainerState,
  ContainerSummary,
  FileChange,
} from '../../container-runtime.ts';
import { containerOptions } from './container-options.ts';
import { copyIn, copyOut } from './copy.ts';
import { call, type DockerApi } from './docker-api.ts';
import { exec, openTerminal } from './exec.ts';
import { labelFilters } from './label-filters.ts';
import { readLogs } from './logs.ts';

export function dockerContainers(api: DockerApi): Containers {
  return {
    async create(spec, signal) {
      const created = await call(api, {
        doing: `create the container ${spec.name} from ${spec.image}`,
        send: (abortSignal) => api.docker.createContainer({ ...containerOptions(spec), abortSignal }),
        signal,
      });
      return created.id;
    },
    async start(container, signal) {
      await unlessUnchanged(
        call(api, {
          doing: `start the container ${container}`,
          send: (abortSignal) => api.docker.getContainer(container).start({ abortSignal }),
          signal,
        }),
      );
    },
    async stop(container, graceMs) {
      const seconds = Math.ceil(graceMs / 1000);
      await unlessUnchanged(
        call(api, {
          doing: `stop the container ${container}`,
          send: (abortSignal) => api.docker.getContainer(container).stop({ t: seconds, abortSignal }),
          msMax: seconds * 1000 + dockerCallMsMax,
        }),
      );
    },
    remove: (container) => remove(api, container),
    async get(container, signal) {
      const inspected = await call(api, {
        doing: `look up the container ${container}`,
        send: (abortSignal) => api.docker.getContainer(container).inspect({ abortSignal }),
        signal,
      });
      return details(inspected);
    },
    async list(labels, signal) {
      const found = await call(api, {
        doing: 'list containers',
        send: (abortSignal) =>
          api.docker.listContainers({ all: true, filters: labelFilters(labels), abortSignal }),
        signal,
      });
      return found.map(summary);
    },
    exec: (container, command, options) => exec(api, { container, command }, options),
    openTerminal: (container, command, options) => openTerminal(api, { container, command }, options),
    copyIn: (container, target, signal) => copyIn(api, { container, target }, signal),
    copyOut: (container, path, signal) => copyOut(api, { container, path }, signal),
    changes: (container, signal) => changes(api, container, signal),
    logs: (container, options) => readLogs(api, container, options),
  };
}

interface DockerChange {
  Path: string;
  Kind: number;
}

async function changes(
  api: DockerApi,
  container: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, FileChange>> {
  // dockerode does not say what it answers; null: nothing
  const found: DockerChange[] | null = await call(api, {
    doing: `see what was changed in the container ${container}`,
    send: (abortSignal) => api.docker.getContainer(container).changes({ abortSignal }),
    signal,
  });
  return new Map((found ?? []).map(({ Path, Kind }) => [Path, changeKinds[Kind] ?? 'changed']));
}

/** As the API numbers them. */
const changeKinds: readonly FileChange[] = ['changed', 'added', 'removed'];

/** Docker answers 304 when there is nothing to do, which dockerode takes for an error. */
async function unlessUnchanged(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    const cause = error instanceof GridError ? (error.cause as { statusCode?: number }) : undefined;
    if (cause?.statusCode !== 304) throw error;
  }
}

async function remove(api: DockerApi, container: string): Promise<void> {
  const doing = `remove the container ${container}`;
  try {
    await call(api, {
      doing,
      send: (abortSignal) => api.docker.getContainer(container).remove({ force: true, v: true, abortSignal }),
    });
  } catch (error) {
    if (isGridError(error, 'not_found')) return;
    if (!isGridError(error) || !/removal .* already in progress/i.test(error.message)) throw error;
    await awaitRemoval(api, container);
  }
}

/** Somebody else is removing it: resolving before it is gone would be a lie. */
async function awaitRemoval(api: DockerApi, container: string): Promise<void> {
  try {
    await call(api, {
      doing: `see the container ${container} removed`,
      send: (abortSignal) => api.docker.getContainer(container).wait({ condition: 'removed', abortSignal }),
    });
  } catch (error) {
    if (!isGridError(error, 'not_found')) throw error;
  }
}

function details(inspected: Docker.ContainerInspectInfo): ContainerDetails {
  const { State: state } = inspected;
  const startedAtMs = timeOf(state.StartedAt);
  const hasEnded = state.Status === 'exited' || state.Status === 'dead';
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    imageId: inspected.Image,
    labels: inspected.Config.Labels,
    state: state.Status as ContainerState,
    exitCode: hasEnded ? state.ExitCode : null,
    user: inspected.Config.User || null,
    env: envOf(inspected.Config.Env),
    oomKilled: state.OOMKilled,
    health: healthOf(state.Health?.Status),
    startedAtMs,
    addresses: addressesOf(inspected),
    upperDirectory: upperDirectoryOf(inspected),
  };
}

/** `null` where neither the image nor the caller set any. */
function envOf(list: string[] | null): Record<string, string> {
  return Object.fromEntries(
    (list ?? []).map((entry) => {
      const nameEnd = entry.includes('=') ? entry.indexOf('=') : entry.length;
      return [entry.slice(0, nameEnd), entry.slice(nameEnd + 1)];
    }),
  );
}

/** Docker writes the year 1 for "never". */
function timeOf(text: string): number | null {
  const ms = Date.parse(text);
  return ms > 0 ? ms : null;
}

function healthOf(status: string | undefined): ContainerDetails['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null;
}

function addressesOf(inspected: Docker.ContainerInspectInfo): Record<string, string> {
  const networks = Object.entries(inspected.NetworkSettings.Networks);
  return Object.fromEntries(
    networks.map(([name, network]) => [name, network.IPAddress]).filter(([, address]) => address !== ''),
  ) as Record<string, string>;
}

function upperDirectoryOf(inspected: Docker.ContainerInspectInfo): string | null {
  // absent with the containerd image store, and typed for devicemapper only
  const driver = inspected.GraphDriver as { Data?: { UpperDir?: string } | null } | undefined;
  return driver?.Data?.UpperDir ?? null;
}

function summary(found: Docker.ContainerInfo): ContainerSummary {
  return {
    id: found.Id,
    name: (found.Names[0] ?? found.Id).replace(/^\//, ''),
    imageId: found.ImageID,
    labels: found.Labels,
    state: found.State as ContainerState,
    createdAtMs: found.Created * 1000,
  };
}
