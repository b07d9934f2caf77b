/** Which instances a waiting lease gets: all that it needs, or none. Pure; earlier waiters keep what they wait for. */

import type { PlannedService } from '@cleangrid/core/plan.ts';
import { type Instance, isComing, isGone } from './instance.ts';

export interface Need {
  service: PlannedService;
  /** The image's name on this host. */
  image: string;
  digest: string;
  /** A container of its own, which nobody has used before. */
  fresh: boolean;
  maxContainers: number;
}

/** What is there to choose from. */
export interface PoolView {
  instances: readonly Instance[];
  /** Whether containers of so many bytes may be added, with what is idle removed if need be. */
  hasRoom(bytes: number): boolean;
  memoryOf(service: PlannedService): number;
}

/** By digest: what earlier waiters wait for, and so will get. */
export class Claims {
  readonly #counts = new Map<string, number>();

  of(digest: string): number {
    return this.#counts.get(digest) ?? 0;
  }

  add(digest: string): void {
    this.#counts.set(digest, this.of(digest) + 1);
  }
}

export type Choice = { kind: 'take'; instance: Instance } | { kind: 'make' };

/** In the order of the needs. Null: it must wait, and `claims` has what for. */
export function chooseInstances(needs: readonly Need[], view: PoolView, claims: Claims): Choice[] | null {
  const choices = needs.map((need) => chooseOne(need, view, claims));
  const making = needs.filter((_, index) => choices[index]?.kind === 'make');
  const bytes = making.reduce((sum, { service }) => sum + view.memoryOf(service), 0);
  const complete = choices.filter((choice) => choice !== null);
  if (complete.length === needs.length && (bytes === 0 || view.hasRoom(bytes))) return complete;
  for (const { digest } of needs) claims.add(digest);
  return null;
}

function chooseOne(need: Need, { instances }: PoolView, claims: Claims): Choice | null {
  if (need.fresh) return { kind: 'make' };
  const own = instances.filter((instance) => instance.digest === need.digest && !isGone(instance));
  const usable = own.filter((instance) => isUsable(instance, need)).toSorted(lastUsedFirst);
  const claimed = need.service.isolation === 'shared' ? 0 : claims.of(need.digest);
  const free = usable[claimed];
  if (free) return { kind: 'take', instance: free };
  // One that is on its way costs less than one more.
  if (usable.length + own.filter(isComing).length > claimed) return null;
  return own.length < need.maxContainers ? { kind: 'make' } : null;
}

function isUsable({ state, service }: Instance, need: Need): boolean {
  return state === 'ready' || (state === 'leased' && service !== null && need.service.isolation === 'shared');
}

/** So that the others grow idle, and the most recently used are the ones whose networks exist. */
function lastUsedFirst(left: Instance, right: Instance): number {
  return right.usedAtMs - left.usedAtMs || left.createdAtMs - right.createdAtMs;
}
