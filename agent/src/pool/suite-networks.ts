/** One network per suite, so that its services and steps reach each other by name and no other suite's. From an address range of ours: Docker's own ends at about 31 networks. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { subnetAttemptsMax } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { type Owner, ownedLabels, ownedName } from './ownership.ts';

export interface SuiteNetworks {
  /** The name of the suite's network, made on first need. */
  ensure(suite: Sha256, suiteName: string): Promise<string>;
  removeAll(): Promise<void>;
}

export function createSuiteNetworks(runtime: ContainerRuntime, owner: Owner): SuiteNetworks {
  const networks = new Map<Sha256, Promise<string>>();
  return {
    ensure(suite, suiteName) {
      const known = networks.get(suite);
      if (known) return known;
      const spec = {
        name: ownedName(owner, suiteName, networks.size + 1),
        labels: ownedLabels(owner, 'network', suiteName),
      };
      const made = createOnFreeSubnet(runtime, spec, owner.boot + networks.size);
      networks.set(suite, made);
      made.catch(() => networks.delete(suite));
      return made;
    },
    async removeAll() {
      const names = await Promise.allSettled(networks.values());
      networks.clear();
      for (const name of names) if (name.status === 'fulfilled') await runtime.networks.remove(name.value);
    },
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
