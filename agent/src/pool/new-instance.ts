/** Instances as they begin: as a wish for a new container, or as the claim on one that an earlier life left clean. */

import type { Clock } from '@cleangrid/core/clock.ts';
import {
  assumedServiceMemoryBytes,
  assumedWorkspaceMemoryBytes,
  workspaceMaxAgeMs,
} from '@cleangrid/core/limits.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { AdoptionDetail } from './adopt-container.ts';
import type { WorkspaceNeed } from './ask-needs.ts';
import type { Need } from './choose-instances.ts';
import type { Instance } from './instance.ts';
import { isWarm } from './is-wanted.ts';
import { type Owner, ownedName } from './ownership.ts';
import type { PoolLedger, PoolRecord } from './pool-ledger.ts';

export interface NewInstanceParts {
  owner: Owner;
  clock: Clock;
  ledger: PoolLedger;
  nextSerial(): number;
}

export function memoryOf({ limits }: PlannedService): number {
  return limits.memoryBytes ?? assumedServiceMemoryBytes;
}

/** Claims what is there, unless it is to be fresh. */
export function newService(parts: NewInstanceParts, need: Need): Instance {
  const { service, digest, fresh } = need;
  const wanted = {
    kind: 'service' as const,
    label: service.name,
    digest,
    service,
    image: need.image,
    memoryBytes: memoryOf(service),
    maxAgeMs: service.maxAgeMs,
    singleUse: fresh,
  };
  return newInstance(parts, wanted, fresh ? null : () => true);
}

/** A container for the steps without `in`, in that network from its beginning. */
export function newWorkspace(
  parts: NewInstanceParts,
  need: WorkspaceNeed & { networkKey: string; fresh: boolean },
): Instance {
  const wanted = {
    kind: 'workspace' as const,
    label: need.image,
    digest: need.digest,
    service: null,
    image: need.image,
    memoryBytes: assumedWorkspaceMemoryBytes,
    maxAgeMs: workspaceMaxAgeMs,
    singleUse: false,
  };
  const isThere = ({ networks }: AdoptionDetail): boolean =>
    networks.some(([key]) => key === need.networkKey);
  return newInstance(parts, wanted, need.fresh ? null : isThere);
}

/** A new container in the place of one that is of no use. */
export function newLike(parts: NewInstanceParts, instance: Instance): Instance {
  const maxAgeMs = instance.expiresAtMs - instance.createdAtMs;
  return newInstance(parts, { ...instance, maxAgeMs }, null);
}

type Wanted = Pick<
  Instance,
  'kind' | 'label' | 'digest' | 'service' | 'image' | 'memoryBytes' | 'singleUse'
> & { maxAgeMs: number };

function newInstance(
  parts: NewInstanceParts,
  { maxAgeMs, ...wanted }: Wanted,
  fits: ((detail: AdoptionDetail) => boolean) | null,
): Instance {
  const { owner, clock, nextSerial } = parts;
  const adopted = fits ? claim(parts, wanted.digest, fits) : null;
  const nowMs = clock.nowMs();
  const createdAtMs = adopted?.createdAtMs ?? nowMs;
  return {
    ...wanted,
    name: adopted?.container ?? ownedName(owner, wanted.label, nextSerial()),
    createdAtMs,
    expiresAtMs: adopted?.expiresAtMs ?? nowMs + maxAgeMs,
    adopted,
    state: 'creating',
    made: null,
    holders: new Map(),
    uses: adopted?.uses ?? 0,
    resetMs: null,
    usedAtMs: nowMs,
    idleUntilMs: nowMs,
    healthyAtMs: nowMs,
    networks: new Map(),
  };
}

/** Somebody else of the same ledger may be faster. */
function claim(
  { ledger, owner, clock }: NewInstanceParts,
  digest: string,
  fits: (detail: AdoptionDetail) => boolean,
): PoolRecord | null {
  const nowMs = clock.nowMs();
  for (const record of ledger.list()) {
    if (record.digest !== digest || record.boot === owner.boot || !isWarm(record, nowMs)) continue;
    if (!fits(JSON.parse(record.detail) as AdoptionDetail)) continue;
    if (ledger.claim(record.container, owner.boot)) return record;
  }
  return null;
}
