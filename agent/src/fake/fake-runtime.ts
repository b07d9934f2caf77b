/** A `ContainerRuntime` in memory, for tests without Docker: its containers run JavaScript functions. Passes the same contract as the Docker adapter. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { ContainerRuntime, Networks, RuntimeEvent, Volumes } from '../container-runtime.ts';
import type { Images } from '../images.ts';
import type { FakePrograms } from './fake-container.ts';
import { fakeContainers } from './fake-containers.ts';
import { fakeSignalScript } from './fake-signal-script.ts';
import { carries, FakeHost, type FakeHostOptions } from './fake-host.ts';

export function createFakeRuntime(options: FakeHostOptions): ContainerRuntime {
  const programs: FakePrograms = (argv) => options.programs(argv) ?? fakeSignalScript(argv);
  const host = new FakeHost({ ...options, programs });
  return {
    containers: fakeContainers(host),
    networks: fakeNetworks(host),
    volumes: fakeVolumes(host),
    images: fakeImages(host),
    async info() {
      return {
        endpoint: 'fake://',
        version: '0.0.0',
        apiVersion: '0.0',
        architecture: 'amd64',
        operatingSystem: 'none',
        storageDriver: 'memory',
        dataDirectory: '/',
        freeDiskBytes: null,
        hostName: 'fake',
        cpuCount: 1,
        memoryBytes: 2 ** 30,
      };
    },
    events: (labels, signal) => watch(host, labels, signal),
  };
}

function fakeNetworks(host: FakeHost): Networks {
  return {
    async create(spec) {
      const taken = [...host.networks.values()].some(
        (network) => network.spec.name === spec.name || network.spec.subnet === spec.subnet,
      );
      if (taken) throw new GridError('already_exists', `${spec.name} or ${spec.subnet} is taken`);
      const id = host.nextId();
      host.networks.set(spec.name, { id, spec, nextAddress: 1 });
      return id;
    },
    async connect(network, container) {
      host.join(host.container(container), network);
    },
    async remove(network) {
      const found = [...host.networks.values()].find(
        ({ id, spec }) => id === network || spec.name === network,
      );
      if (!found) return;
      for (const { addresses } of host.containers.values()) addresses.delete(found.spec.name);
      host.networks.delete(found.spec.name);
    },
    async list(labels) {
      return [...host.networks.values()]
        .filter(({ spec }) => carries(spec.labels, labels))
        .map(({ id, spec }) => ({ id, name: spec.name, labels: spec.labels, subnets: [spec.subnet] }));
    },
  };
}

function fakeVolumes(host: FakeHost): Volumes {
  return {
    async create(name, labels) {
      if (!host.volumes.has(name)) host.volumes.set(name, { labels, tree: new Map() });
    },
    async remove(name) {
      const used = [...host.containers.values()].some(({ parts }) =>
        parts.spec.mounts?.some(({ source }) => source === name),
      );
      if (used) throw new GridError('runtime_error', `the volume ${name} is in use`);
      host.volumes.delete(name);
    },
    async list(labels) {
      return [...host.volumes]
        .filter(([, volume]) => carries(volume.labels, labels))
        .map(([name, volume]) => ({ name, labels: volume.labels }));
    },
  };
}

function fakeImages(host: FakeHost): Images {
  return {
    async get(name) {
      const image = host.images.get(name);
      if (!image) throw new GridError('image_missing', `no such image: ${name}`);
      return { id: image.id, architecture: 'amd64', user: null, hasHealthCheck: false };
    },
    async pull(name, progress) {
      const image = host.options.registry?.[name];
      if (!image) throw new GridError('image_missing', `no such image: ${name}`);
      host.images.set(name, image);
      progress({ layersDone: 1, layersTotal: 1, bytesDone: 1, bytesTotal: 1 });
    },
  };
}

async function* watch(
  host: FakeHost,
  labels: Parameters<ContainerRuntime['events']>[0],
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const waiting: RuntimeEvent[] = [{ kind: 'connected' }];
  let wake = (): void => {};
  const watcher = {
    labels,
    tell: (event: RuntimeEvent) => {
      waiting.push(event);
      wake();
    },
  };
  const stop = (): void => wake();
  host.watchers.add(watcher);
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next) yield next;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    host.watchers.delete(watcher);
    signal.removeEventListener('abort', stop);
  }
}
