/**
 * Removes what dead lives of this ledger left on the host, except for clean containers that are still wanted. What belongs to a living one, or
 * to another ledger, is not touched; an error deletes nothing.
 */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { ContainerRuntime, Labels } from '../container-runtime.ts';
import { isWanted, type WantedParts } from './is-wanted.ts';
import type { Ledger } from './ledger.ts';
import { labelNames, ownedByLedger } from './ownership.ts';
import type { ListedRecord } from './pool-ledger.ts';

export interface Reconciled {
  containers: number;
  networks: number;
  volumes: number;
}

export interface ReconcileParts {
  runtime: ContainerRuntime;
  ledger: Ledger;
  clock: Clock;
  /** Whether another life may come and take over what is clean. Default: yes. */
  hasHeirs?: boolean;
}

export async function reconcile(parts: ReconcileParts): Promise<Reconciled> {
  const leftOvers = await findLeftOvers(parts);
  await removeAll(parts.runtime, leftOvers);
  for (const container of leftOvers.records) parts.ledger.pool.remove(container);
  return countsOf(leftOvers);
}

/** All that was ever made for the ledger, whoever lives: its state directory is gone. */
export async function removeEverything(runtime: ContainerRuntime, ledger: string): Promise<Reconciled> {
  const all = await listOurs(runtime, ledger);
  const names = {
    containers: namesOf(all.containers),
    networks: namesOf(all.networks),
    volumes: namesOf(all.volumes),
  };
  await removeAll(runtime, names);
  return countsOf(names);
}

async function removeAll(
  runtime: ContainerRuntime,
  { containers, networks, volumes }: Omit<LeftOvers, 'records'>,
): Promise<void> {
  await Promise.all(containers.map((name) => runtime.containers.remove(name)));
  await Promise.all(networks.map((name) => runtime.networks.remove(name)));
  await Promise.all(volumes.map((name) => runtime.volumes.remove(name)));
}

function countsOf({ containers, networks, volumes }: Omit<LeftOvers, 'records'>): Reconciled {
  return { containers: containers.length, networks: networks.length, volumes: volumes.length };
}

async function listOurs({ containers, networks, volumes }: ContainerRuntime, ledger: string) {
  const ours = ownedByLedger(ledger);
  const listed = await Promise.all([containers.list(ours), networks.list(ours), volumes.list(ours)]);
  return { containers: listed[0], networks: listed[1], volumes: listed[2] };
}

function namesOf(found: readonly { name: string }[]): string[] {
  return found.map(({ name }) => name);
}

/** Names of what nobody needs any more. */
export interface LeftOvers {
  containers: string[];
  networks: string[];
  volumes: string[];
  /** Containers that the ledger need not know any more. */
  records: string[];
}

export async function findLeftOvers({
  runtime,
  ledger,
  clock,
  hasHeirs = true,
}: ReconcileParts): Promise<LeftOvers> {
  // Listed before the records are read: what is made in between has a record, or a living maker.
  const { containers, networks, volumes } = await listOurs(runtime, ledger.id);
  const isAlive = rememberedPerBoot(ledger);
  const { kept, dead } = divide(ledger.pool.list(), { isAlive, nowMs: clock.nowMs(), hasHeirs });
  const keptContainers = new Set(kept.map(({ container }) => container));
  const deadContainers = new Set(dead.map(({ container }) => container));
  const keptNetworks = new Set(kept.flatMap((record) => record.networks));
  // Its maker may live: it gave what was in there to a person.
  const deadNetworks = new Set(dead.flatMap((record) => record.networks));
  const isOfDead = ({ labels }: { labels: Labels }): boolean => !isAlive(Number(labels[labelNames.boot]));
  const isLeft = (container: string, maker: { labels: Labels }): boolean =>
    !keptContainers.has(container) && (deadContainers.has(container) || isOfDead(maker));
  return {
    containers: namesOf(containers.filter((container) => isLeft(container.name, container))),
    networks: namesOf(
      networks.filter(
        (network) => !keptNetworks.has(network.name) && (isOfDead(network) || deadNetworks.has(network.name)),
      ),
    ),
    volumes: namesOf(volumes.filter((volume) => isLeft(volume.labels[labelNames.container] ?? '', volume))),
    records: [...deadContainers],
  };
}

function divide(
  records: readonly ListedRecord[],
  parts: WantedParts,
): { kept: ListedRecord[]; dead: ListedRecord[] } {
  const isKept = (record: ListedRecord): boolean => isWanted(record, parts);
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
