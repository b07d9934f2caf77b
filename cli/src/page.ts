/** One page of a list that may be long. */

import type { PageOptions } from './handlers.ts';

export interface Page<Item> {
  items: Item[];
  /** Which of how many; null where there is but one. */
  note: string | null;
}

/** `things`: what the items are called. */
export function pageOf<Item>(
  items: readonly Item[],
  { limit, page }: PageOptions,
  things: string,
): Page<Item> {
  const pages = Math.ceil(items.length / limit);
  return {
    items: items.slice((page - 1) * limit, page * limit),
    note: pages > 1 ? `page ${page} of ${pages}, ${items.length} ${things}` : null,
  };
}
