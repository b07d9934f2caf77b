/** What ledgers that are not ours have on this host: it may be that nobody is left who would remove it. */

import type { ContainerRuntime, Labels } from '../container-runtime.ts';
import { labelNames } from './ownership.ts';

export interface ForeignLedger {
  ledger: string;
  /** As it told when it made them; null: it did not. */
  home: string | null;
  containers: string[];
  networks: string[];
  volumes: string[];
}

/** Throws the runtime's errors. */
export async function listForeignLedgers(
  runtime: ContainerRuntime,
  ours: ReadonlySet<string>,
): Promise<ForeignLedger[]> {
  const owned = { [labelNames.ledger]: true } as const;
  const found = new Map<string, ForeignLedger>();
  const add = (what: 'containers' | 'networks' | 'volumes', things: readonly Owned[]): void => {
    for (const { name, labels } of things) {
      const ledger = labels[labelNames.ledger] ?? '';
      if (ours.has(ledger)) continue;
      const one = found.get(ledger) ?? { ledger, home: null, containers: [], networks: [], volumes: [] };
      one.home ??= labels[labelNames.home] ?? null;
      one[what].push(name);
      found.set(ledger, one);
    }
  };
  add('containers', await runtime.containers.list(owned));
  add('networks', await runtime.networks.list(owned));
  add('volumes', await runtime.volumes.list(owned));
  return [...found.values()];
}

interface Owned {
  name: string;
  labels: Labels;
}
