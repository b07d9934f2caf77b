/** Names and labels of everything an agent makes in Docker: how it is found again, and by whom it may be removed. */

import type { AgentId } from '@cleangrid/core/ids.ts';
import type { Labels } from '../container-runtime.ts';

/** One life of an agent on a host. `ledger` is the id of the state directory that owns what is made (`ledger.ts`). */
export interface Owner {
  ledger: string;
  /** Where the ledger is (`ledger.ts`). */
  home: string;
  agent: AgentId;
  boot: number;
}

export type OwnedKind = 'service' | 'workspace' | 'filler' | 'network' | 'volume';

export const labelNames = {
  ledger: 'cleangrid.ledger',
  home: 'cleangrid.home',
  agent: 'cleangrid.agent',
  boot: 'cleangrid.boot',
  kind: 'cleangrid.kind',
  service: 'cleangrid.service',
  /** Of a volume: the container that it lives and dies with. */
  container: 'cleangrid.container',
} as const;

/** `service`: the service's name, or the scenario's image for a workspace container; for people who look at `docker ps`. */
export function ownedLabels(owner: Owner, kind: OwnedKind, service: string): Labels {
  return {
    [labelNames.ledger]: owner.ledger,
    [labelNames.home]: owner.home,
    [labelNames.agent]: owner.agent,
    [labelNames.boot]: String(owner.boot),
    [labelNames.kind]: kind,
    [labelNames.service]: service,
  };
}

/** What any life of the agents of one state directory made. */
export function ownedByLedger(ledger: string): Labels {
  return { [labelNames.ledger]: ledger };
}

/** Unique on the host while `serial` is unique in the boot. */
export function ownedName(owner: Owner, label: string, serial: number): string {
  const readable = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/gu, '-')
    .slice(0, 30);
  return `cleangrid-${owner.ledger.slice(0, 6)}-${owner.boot.toString(36)}-${readable}-${serial}`;
}
