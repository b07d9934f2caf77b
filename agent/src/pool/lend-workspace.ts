/** Finds a workspace container that was used before, for the next lease on the same network. */

import { abortable } from '@cleangrid/core/abortable.ts';
import type { Instance } from './instance.ts';
import type { PoolBook } from './pool-book.ts';

export interface WantedWorkspace {
  digest: string;
  networkKey: string;
}

/** Lent; null: another has to be made. One that is being cleaned is worth waiting for: making another takes much longer. Rejects with the signal's reason. */
export async function lendWorkspace(
  { book, resets }: { book: PoolBook; resets: ReadonlyMap<Promise<void>, Instance> },
  wanted: WantedWorkspace,
  signal: AbortSignal,
): Promise<Instance | null> {
  for (;;) {
    const fitting = book.instances.filter((instance) => fits(instance, wanted));
    const free = fitting.find((instance) => instance.state === 'ready' && book.lend(instance));
    if (free) return free;
    const coming = [...resets].find(
      ([, instance]) => fitting.includes(instance) && instance.state === 'resetting',
    );
    if (!coming) return null;
    await abortable(coming[0], signal);
  }
}

function fits({ kind, digest, networks }: Instance, wanted: WantedWorkspace): boolean {
  return kind === 'workspace' && digest === wanted.digest && networks.has(wanted.networkKey);
}
