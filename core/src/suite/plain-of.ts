/** A tree without its places, for tests to compare. */

import type { Tree } from './tree.ts';

export function plainOf(tree: Tree | null): unknown {
  if (tree === null) return null;
  switch (tree.kind) {
    case 'table':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainOf(value)]));
    case 'array':
      return tree.items.map(plainOf);
    case 'date':
      return 'a date';
    case 'null':
      return null;
    default:
      return tree.value;
  }
}
