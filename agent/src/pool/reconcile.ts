/**
 * Removes what dead lives of this ledger left on the host, except for clean containers that are still wanted. What belongs to a living one, or
 * to another ledger, is not touched; an error deletes nothing.
 */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { ContainerRuntime, Labels } from '../container-runtime.ts';
import type { Ledger } from './ledger.ts';
import { labelNames, ownedByLedger } from './ownership.ts';
import type { PoolRecord } from './pool-ledger.ts';

export interface Reconciled {
  containers: number;
  networks: number;
  volumes: number;
}

export interface ReconcileParts {
  runtime: ContainerRuntime;
  ledger: Ledger;
  clock: Clock;
}

export async function reconcile({ runtime, ledger, clock }: ReconcileParts): Promise<Reconciled> {
  const ours = ownedByLedger(ledger.id);
  // Listed before the records are read: what is made in between has a record, or a living maker.
  const [allContainers, allNetworks, allVolumes] = await Promise.all([
    runtime.containers.list(ours),
    runtime.networks.list(ours),
    runtime.volumes.list(ours),
  ]);
  const isAlive = rememberedPerBoot(ledger);
  const { kept, dead } = divide(ledger.pool.list(), isAlive, clock.nowMs());
  const keptContainers = new Set(kept.map(({ container }) => container));
  const keptNetworks = new Set(kept.flatMap((record) => record.networks));
  const isLeftOver = ({ labels }: { labels: Labels }): boolean => !isAlive(Number(labels[labelNames.boot]));

  const containers = allContainers.filter(
    (container) =>
      !keptContainers.has(container.name) &&
      (isLeftOver(container) || dead.some((record) => record.container === container.name)),
  );
  const networks = allNetworks.filter((network) => isLeftOver(network) && !keptNetworks.has(network.name));
  const removed = new Set(containers.map(({ name }) => name));
  const volumes = allVolumes.filter(({ labels }) => {
    const container = labels[labelNames.container] ?? '';
    return removed.has(container) || (isLeftOver({ labels }) && !keptContainers.has(container));
  });
  await Promise.all(containers.map(({ id }) => runtime.containers.remove(id)));
  await Promise.all(networks.map(({ id }) => runtime.networks.remove(id)));
  await Promise.all(volumes.map(({ name }) => runtime.volumes.remove(name)));
  for (const { container } of dead) ledger.pool.remove(container);
  return { containers: containers.length, networks: networks.length, volumes: volumes.length };
}

/** Kept: of a living agent, or clean and not yet idle too long. */
function divide(
  records: readonly PoolRecord[],
  isAlive: (boot: number) => boolean,
  nowMs: number,
): { kept: PoolRecord[]; dead: PoolRecord[] } {
  const isKept = (record: PoolRecord): boolean =>
    isAlive(record.boot) ||
    (record.state === 'clean' && record.idleUntilMs > nowMs && record.expiresAtMs > nowMs);
  return { kept: records.filter(isKept), dead: records.filter((record) => !isKept(record)) };
}

/** One answer per boot, so that a life that ends meanwhile does not lose a part of what it has. */
function rememberedPerBoot(ledger: Ledger): (boot: number) => boolean {
  const answers = new Map<number, boolean>();
  return (boot) => {
    const known = answers.get(boot) ?? ledger.isAlive(boot);
    answers.set(boot, known);
    return known;
  };
}
