/** The adapter of `ContainerRuntime` for a Docker daemon. These files alone know dockerode. */

import { statfs } from 'node:fs/promises';
import type { Clock } from '@cleangrid/core/clock.ts';
import type Docker from 'dockerode';
import type { ContainerRuntime, RuntimeInfo } from '../../container-runtime.ts';
import { connect } from './connect.ts';
import { dockerContainers } from './containers.ts';
import { call, type DockerApi } from './docker-api.ts';
import { type DockerEnvironment, readDockerConfig } from './docker-config.ts';
import { watchEvents } from './events.ts';
import { findEndpoint } from './find-endpoint.ts';
import { dockerImages } from './images.ts';
import { dockerNetworks } from './networks.ts';
import { dockerVolumes } from './volumes.ts';

export interface DockerOptions {
  /** `process.env`, or what a test puts in its place: DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, PATH … are heeded. */
  environment: DockerEnvironment;
  homeDirectory: string;
  clock: Clock;
}

/** Finds the daemon and the user's credentials; asks the daemon nothing yet. `bad_usage`: the user's Docker configuration cannot be used. */
export async function openDocker({
  environment,
  homeDirectory,
  clock,
}: DockerOptions): Promise<ContainerRuntime> {
  const config = await readDockerConfig(environment, homeDirectory);
  const endpoint = await findEndpoint(environment, config);
  const api: DockerApi = { docker: connect(endpoint), clock, endpoint: endpoint.url };
  return {
    containers: dockerContainers(api),
    networks: dockerNetworks(api),
    volumes: dockerVolumes(api),
    images: dockerImages(api, { config, environment }),
    info: (signal) => info(api, signal),
    events: (labels, signal) => watchEvents(api, labels, signal),
  };
}

async function info(api: DockerApi, signal: AbortSignal | undefined): Promise<RuntimeInfo> {
  const [told, version] = await call(api, {
    doing: 'ask the Docker daemon about itself',
    send: (abortSignal) => {
      // dockerode takes options here that its types leave out
      const options = { abortSignal } as never;
      return Promise.all([
        api.docker.info(options) as unknown as Promise<DockerInfo>,
        api.docker.version(options) as unknown as Promise<Docker.DockerVersion>,
      ]);
    },
    signal,
  });
  return {
    endpoint: api.endpoint,
    version: told.ServerVersion,
    apiVersion: version.ApiVersion,
    architecture: version.Arch,
    operatingSystem: told.OperatingSystem,
    storageDriver: told.Driver,
    dataDirectory: told.DockerRootDir,
    freeDiskBytes: await freeBytes(api, told.DockerRootDir),
    hostName: told.Name,
    cpuCount: told.NCPU,
    memoryBytes: told.MemTotal,
  };
}

interface DockerInfo {
  ServerVersion: string;
  OperatingSystem: string;
  Driver: string;
  DockerRootDir: string;
  Name: string;
  NCPU: number;
  MemTotal: number;
}

/** The daemon does not tell; on its own host the file system does. A daemon in a virtual machine has its data elsewhere. */
async function freeBytes(api: DockerApi, directory: string): Promise<number | null> {
  if (!api.endpoint.startsWith('unix:')) return null;
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}
