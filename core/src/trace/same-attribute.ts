/** Equality of attributes: by type and value, lists by their items in order. */

import type { AttributeValue } from './span.ts';

export function sameAttribute(left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  return left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right);
}
