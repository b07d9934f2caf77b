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
  /** What people should know of the containers that it gets; null: nothing. */
  note: string | null;
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

/** In the order of the needs, each another instance. Null: it must wait, and `claims` has what for. */
export function chooseInstances(needs: readonly Need[], view: PoolView, claims: Claims): Choice[] | null {
  const choices: (Choice | null)[] = [];
  for (const [index, need] of needs.entries()) {
    const earlier = choices.filter((_, other) => needs[other]?.digest === need.digest);
    const wanted = needs.filter(({ digest }) => digest === need.digest).length;
    choices[index] = chooseOne(need, { earlier, wanted, view, claims });
  }
  const making = needs.filter((_, index) => choices[index]?.kind === 'make');
  const bytes = making.reduce((sum, { service }) => sum + view.memoryOf(service), 0);
  const complete = choices.filter((choice) => choice !== null);
  if (complete.length === needs.length && (bytes === 0 || view.hasRoom(bytes))) return complete;
  for (const { digest } of needs) claims.add(digest);
  return null;
}

interface Choosing {
  /** What the same lease has chosen of this digest for services before it. */
  earlier: readonly (Choice | null)[];
  /** How many services of the lease are of this digest: it could never have all of them with fewer containers. */
  wanted: number;
  view: PoolView;
  claims: Claims;
}

function chooseOne(need: Need, { earlier, wanted, view, claims }: Choosing): Choice | null {
  const own = view.instances.filter((instance) => instance.digest === need.digest && !isGone(instance));
  const taken = earlier.flatMap((choice) => (choice?.kind === 'take' ? [choice.instance] : []));
  const usable = own
    .filter((instance) => isUsable(instance, need) && !taken.includes(instance))
    .toSorted(lastUsedFirst);
  const claimed = need.service.isolation === 'shared' ? 0 : claims.of(need.digest);
  const free = usable[claimed];
  if (free) return { kind: 'take', instance: free };
  // What is there was used: where it may be used again, it must not keep a fresh one from being made.
  if (need.fresh && need.service.isolation !== 'fresh') return { kind: 'make' };
  // One that is on its way costs less than one more.
  const coming = own.filter((instance) => isComing(instance) || isComingToShare(instance, need));
  const making = earlier.filter((choice) => choice?.kind === 'make').length;
  if (usable.length + coming.length > claimed + making) return null;
  return own.length + making < Math.max(need.maxContainers, wanted) ? { kind: 'make' } : null;
}

/** A ready one that is held was made for its holder. */
function isUsable({ state, holders, uses }: Instance, { service, fresh }: Need): boolean {
  if (fresh && uses > 0) return false;
  if (service.isolation === 'shared') return state === 'ready' || state === 'leased';
  return state === 'ready' && holders.size === 0;
}

function isComingToShare({ state }: Instance, { service }: Need): boolean {
  return service.isolation === 'shared' && (state === 'creating' || state === 'starting');
}

/** So that the others grow idle, and the most recently used are the ones whose networks exist. */
function lastUsedFirst(left: Instance, right: Instance): number {
  return right.usedAtMs - left.usedAtMs || left.createdAtMs - right.createdAtMs;
}
