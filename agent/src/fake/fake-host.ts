/** What a fake Docker host holds, and who watches it. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import type { LabelFilter, Labels, NetworkSpec, RuntimeEvent } from '../container-runtime.ts';
import type { FakeContainer, FakePrograms } from './fake-container.ts';
import type { FakeTree } from './fake-files.ts';

export interface FakeImage {
  id: string;
  /** What its containers run without a command of their own. */
  command: readonly string[];
}

export interface FakeHostOptions {
  clock: Clock;
  /** On the host from the start, by name. */
  images: Readonly<Record<string, FakeImage>>;
  /** What can be pulled. */
  registry?: Readonly<Record<string, FakeImage>>;
  programs: FakePrograms;
}

interface FakeNetwork {
  id: string;
  spec: NetworkSpec;
  /** Last part of the next address. */
  nextAddress: number;
}

interface FakeVolume {
  labels: Labels;
  tree: FakeTree;
}

interface Watcher {
  labels: LabelFilter;
  tell: (event: RuntimeEvent) => void;
}

export class FakeHost {
  readonly options: FakeHostOptions;
  readonly images: Map<string, FakeImage>;
  readonly containers: Map<string, FakeContainer> = new Map();
  readonly networks: Map<string, FakeNetwork> = new Map();
  readonly volumes: Map<string, FakeVolume> = new Map();
  readonly watchers: Set<Watcher> = new Set();
  #idCount = 0;

  constructor(options: FakeHostOptions) {
    this.options = options;
    this.images = new Map(Object.entries(options.images));
  }

  nextId(): string {
    this.#idCount += 1;
    return this.#idCount.toString(16).padStart(64, '0');
  }

  container(idOrName: string): FakeContainer {
    const found =
      this.containers.get(idOrName) ??
      [...this.containers.values()].find(({ parts }) => parts.spec.name === idOrName);
    if (!found) throw new GridError('not_found', `no such container: ${idOrName}`);
    return found;
  }

  network(idOrName: string): FakeNetwork {
    const found =
      this.networks.get(idOrName) ?? [...this.networks.values()].find(({ id }) => id === idOrName);
    if (!found) throw new GridError('not_found', `no such network: ${idOrName}`);
    return found;
  }

  /** Connecting again changes nothing. */
  join(container: FakeContainer, networkName: string): void {
    const network = this.network(networkName);
    if (container.addresses.has(network.spec.name)) return;
    network.nextAddress += 1;
    const address = network.spec.subnet.replace(/\.\d+\/\d+$/, `.${network.nextAddress}`);
    container.addresses.set(network.spec.name, address);
  }

  tell(labels: Labels, event: RuntimeEvent): void {
    for (const watcher of this.watchers) if (carries(labels, watcher.labels)) watcher.tell(event);
  }
}

export function carries(labels: Labels, filter: LabelFilter): boolean {
  return Object.entries(filter).every(([name, value]) =>
    value === true ? name in labels : labels[name] === value,
  );
}
