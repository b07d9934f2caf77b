/** A lease lasts until its deadline, whatever becomes of its container. */

import type { Containers } from '@cleangrid/agent/container-runtime.ts';
import { GridError } from '@cleangrid/core/errors.ts';

/** Words for people; null: its container runs. Rejects with the runtime's errors. */
export async function howLeaseEnded(containers: Containers, name: string): Promise<string | null> {
  try {
    const { state, exitCode } = await containers.get(name);
    return exitCode === null || state === 'running' ? null : `ended with exit code ${exitCode}`;
  } catch (error) {
    if (error instanceof GridError && error.code === 'not_found') return 'was removed';
    throw error;
  }
}
