/** Turns a `ContainerSpec` into the body of Docker's create call. */

import type Docker from 'dockerode';
import type { ContainerMount, ContainerSpec } from '../../container-runtime.ts';

export function containerOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Labels: { ...spec.labels },
    ...(spec.entrypoint && { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command && { Cmd: [...spec.command] }),
    ...(spec.env && { Env: envList(spec.env) }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workdir !== undefined && { WorkingDir: spec.workdir }),
    HostConfig: hostConfig(spec),
    ...(spec.network && {
      NetworkingConfig: {
        EndpointsConfig: { [spec.network.name]: { Aliases: [...spec.network.aliases] } },
      },
    }),
  };
}

export function envList(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function hostConfig(spec: ContainerSpec): Docker.HostConfig {
  return {
    NetworkMode: spec.network?.name ?? 'none',
    Mounts: (spec.mounts ?? []).map(mount),
    Tmpfs: Object.fromEntries((spec.tmpfs ?? []).map((path) => [path, 'exec'])),
    RestartPolicy: { Name: 'no' },
    // json-file is what `logs` reads on every daemon, whatever its default driver; the bound keeps a chatty service off the disk
    LogConfig: { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '2' } },
    ...limits(spec),
    ...(spec.init !== undefined && { Init: spec.init }),
    ...(spec.readOnly !== undefined && { ReadonlyRootfs: spec.readOnly }),
    ...(spec.capDrop && { CapDrop: [...spec.capDrop] }),
    ...(spec.noNewPrivileges && { SecurityOpt: ['no-new-privileges'] }),
  };
}

function mount({ kind, source, target, readOnly }: ContainerMount): Docker.MountSettings {
  return { Type: kind, Source: source, Target: target, ReadOnly: readOnly };
}

const nanoPerCpu = 1e9;

function limits({ limits: bounds }: ContainerSpec): Docker.HostConfig {
  if (!bounds) return {};
  const { memoryBytes, cpus, pids } = bounds;
  return {
    // equal: without MemorySwap a container may swap as much again
    ...(memoryBytes !== null && { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(cpus !== null && { NanoCpus: Math.round(cpus * nanoPerCpu) }),
    ...(pids !== null && { PidsLimit: pids }),
  };
}
