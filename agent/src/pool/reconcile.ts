/** Removes what dead lives of this ledger left on the host. What belongs to a living one, or to another ledger, is not touched; an error deletes nothing. */

import type { ContainerRuntime } from '../container-runtime.ts';
import type { Ledger } from './ledger.ts';
import { labelNames } from './ownership.ts';

export interface Reconciled {
  containers: number;
  networks: number;
  volumes: number;
}

export async function reconcile(runtime: ContainerRuntime, ledger: Ledger): Promise<Reconciled> {
  const ours = { [labelNames.ledger]: ledger.id };
  const alive = new Map<string, boolean>();
  const isLeftOver = ({ labels }: { labels: Readonly<Record<string, string>> }): boolean => {
    const boot = labels[labelNames.boot] ?? '';
    if (!alive.has(boot)) alive.set(boot, ledger.isAlive(Number(boot)));
    return alive.get(boot) === false;
  };
  const containers = (await runtime.containers.list(ours)).filter(isLeftOver);
  const networks = (await runtime.networks.list(ours)).filter(isLeftOver);
  const volumes = (await runtime.volumes.list(ours)).filter(isLeftOver);
  await Promise.all(containers.map(({ id }) => runtime.containers.remove(id)));
  await Promise.all(networks.map(({ id }) => runtime.networks.remove(id)));
  await Promise.all(volumes.map(({ name }) => runtime.volumes.remove(name)));
  return { containers: containers.length, networks: networks.length, volumes: volumes.length };
}
