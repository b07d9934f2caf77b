/**
 * A network for each set of instances that a scenario holds, so that services reach each other by the names that the suite gives them, and
 * no other scenario's. From an address range of ours: Docker's own ends at about 31 networks.
 */

import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import type { ServiceName } from '@cleangrid/core/ids.ts';
import { subnetAttemptsMax } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { Instance } from './instance.ts';
import { type Owner, ownedLabels, ownedName } from './ownership.ts';

export interface InstanceNetwork {
  /** Which instance has which name in it. */
  key: string;
  name: string;
}

export interface InstanceNetworks {
  /** The network of exactly these, made on first need. Joining it is up to them. */
  ensure(members: ReadonlyMap<ServiceName, Instance>): Promise<InstanceNetwork>;
  /** Knows a network of an earlier life again. */
  adopt(network: InstanceNetwork): void;
  /** Removes a network that nobody uses any more, and those that could not be removed before. */
  remove(key: string): Promise<void>;
  /** It is somebody else's to remove. */
  forget(key: string): void;
  /** Every key, the least recently used first. */
  keys(): string[];
}

export function networkKey(members: ReadonlyMap<ServiceName, Instance>): string {
  const named = [...members].map(([service, instance]) => `${service}=${instance.name}`);
  return named.toSorted().join(' ');
}

export function createInstanceNetworks(
  runtime: ContainerRuntime,
  owner: Owner,
  nextSerial: () => number,
): InstanceNetworks {
  const networks = new Map<string, Promise<string>>();
  /** Names of those that nobody uses any more and that are still there. */
  const doomed = new Set<string>();
  return {
    async ensure(members) {
      const key = networkKey(members);
      let made = networks.get(key);
      if (!made) {
        const label = [...members.keys()].join('-') || 'workspace';
        const serial = nextSerial();
        const spec = {
          name: ownedName(owner, label, serial),
          labels: ownedLabels(owner, 'network', label),
        };
        made = createOnFreeSubnet(runtime, spec, owner.boot + serial);
        made.catch(() => {
          networks.delete(key);
          // What the daemon did not answer in time may be there all the same.
          doomed.add(spec.name);
        });
      }
      // At the end again: it was used last.
      networks.delete(key);
      networks.set(key, made);
      return { key, name: await made };
    },
    adopt({ key, name }) {
      if (!networks.has(key)) networks.set(key, Promise.resolve(name));
    },
    async remove(key) {
      const made = networks.get(key);
      networks.delete(key);
      const name = await made?.catch(() => null);
      if (name) doomed.add(name);
      for (const one of doomed) {
        await runtime.networks.remove(one);
        doomed.delete(one);
      }
    },
    forget: (key) => void networks.delete(key),
    keys: () => [...networks.keys()],
  };
}

/** 10.208.0.0/12 in networks of 254 addresses, searched from a place that differs between agents. */
async function createOnFreeSubnet(
  runtime: ContainerRuntime,
  spec: { name: string; labels: Readonly<Record<string, string>> },
  from: number,
): Promise<string> {
  for (let attempt = 0; attempt < subnetAttemptsMax; attempt += 1) {
    const index = (from + attempt) % 4096;
    const subnet = `10.${208 + Math.floor(index / 256)}.${index % 256}.0/24`;
    try {
      await runtime.networks.create({ ...spec, subnet });
      return spec.name;
    } catch (error) {
      if (!isGridError(error, 'already_exists')) throw error;
    }
  }
  throw new GridError('runtime_error', `no free subnet in 10.208.0.0/12 after ${subnetAttemptsMax} tries`, {
    hint: 'Remove networks that nobody uses: docker network prune.',
  });
}
