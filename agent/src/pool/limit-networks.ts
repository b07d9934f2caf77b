/** Removes networks that no lease uses when there are too many: the same services meet in many combinations, and each network is a bridge of the host. */

import { poolNetworksMax } from '@cleangrid/core/limits.ts';
import type { InstanceNetworks } from './instance-networks.ts';
import type { PoolBook } from './pool-book.ts';

/** The least recently used go first. Throws the runtime's and the ledger's errors; what is left is tried again with the next. */
export async function limitNetworks({
  book,
  networks,
}: {
  book: PoolBook;
  networks: InstanceNetworks;
}): Promise<void> {
  const keys = networks.keys();
  let tooMany = keys.length - poolNetworksMax;
  for (const key of keys) {
    if (tooMany <= 0) return;
    if (!isUnused(book, key)) continue;
    tooMany -= 1;
    await book.dropNetwork(key);
  }
}

/** A lease holds every service of its network. */
function isUnused({ instances }: PoolBook, key: string): boolean {
  return instances.some(
    ({ kind, state, networks }) => kind === 'service' && state === 'ready' && networks.has(key),
  );
}
