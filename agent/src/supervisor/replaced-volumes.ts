/** Volumes with supervisors of versions of cleangrid that were replaced. One agent cannot know of all the others: so only by their age, and never one in use. */

import { isGridError } from '@cleangrid/core/errors.ts';
import { supervisorVolumeAgeMsMin } from '@cleangrid/core/limits.ts';
import type { Volumes, VolumeSummary } from '../container-runtime.ts';

/** When a volume was made, in milliseconds since the Unix epoch by its maker's clock. */
export const madeLabel = 'cleangrid.made-ms';

/** Removes those that are older than `current` by `supervisorVolumeAgeMsMin` and that no container mounts. An agent that still wants one makes it again. */
export async function removeReplaced(volumes: Volumes, current: string): Promise<void> {
  const all = await volumes.list({ 'cleangrid.kind': 'supervisor' });
  const own = all.find(({ name }) => name === current);
  if (own === undefined) return;
  const replaced = all.filter((volume) => madeMs(own) - madeMs(volume) >= supervisorVolumeAgeMsMin);
  for (const { name } of replaced)
    await volumes.remove(name).catch((error: unknown) => {
      // a container mounts it
      if (!isGridError(error, 'runtime_error')) throw error;
    });
}

/** The first versions did not write it. */
function madeMs({ labels }: VolumeSummary): number {
  return Number(labels[madeLabel] ?? 0);
}
