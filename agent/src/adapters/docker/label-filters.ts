/** Docker's query form of a label filter. */

import type { LabelFilter } from '../../container-runtime.ts';

export function labelFilters(labels: LabelFilter): { label: string[] } {
  return {
    label: Object.entries(labels).map(([name, value]) => (value === true ? name : `${name}=${value}`)),
  };
}
