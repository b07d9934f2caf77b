/** Resets that failed since the last that did not, per digest: a service that cannot be reset is not reused, and why is said. */

import { failedResetsMax } from '@cleangrid/core/limits.ts';

export interface FailedResets {
  inARow: number;
  /** Of the last one. */
  reason: string;
}

export function cannotBeReset(failed: FailedResets | undefined): boolean {
  return failed !== undefined && failed.inARow >= failedResetsMax;
}

/** For people; null where all is well. */
export function describeFailedResets(failed: FailedResets | undefined): string | null {
  if (!failed) return null;
  if (cannotBeReset(failed))
    return `a container of its own: ${failed.inARow} resets in a row have failed: ${failed.reason}`;
  return `the one before was replaced, because its reset failed: ${failed.reason}`;
}
