/** What a person writes for a run → its record. */

import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { runsSearchedMax } from '@cleangrid/core/limits.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';

/** `latest`, a run id, or the beginning of exactly one. Throws `bad_usage`. */
export async function findRun(runs: Pick<RunService, 'list' | 'get'>, wanted: string): Promise<RunRecord> {
  if (wanted === 'latest') {
    const [latest] = await runs.list(1);
    if (latest) return latest;
    throw new GridError('bad_usage', 'nothing ran here yet');
  }
  const exact = await getOrNull(runs, wanted);
  if (exact) return exact;
  const begun = (await runs.list(runsSearchedMax)).filter(({ run }) => run.startsWith(wanted));
  const [only, ...others] = begun;
  if (!only)
    throw new GridError('bad_usage', `there is no run ${wanted}`, {
      hint: 'List them with cleangrid runs.',
    });
  if (others.length === 0) return only;
  throw new GridError('bad_usage', `${begun.length} runs begin with ${wanted}`, {
    hint: `Write more of one: ${begun
      .slice(0, 5)
      .map(({ run }) => run)
      .join(', ')}${begun.length > 5 ? ' …' : ''}`,
  });
}

async function getOrNull(runs: Pick<RunService, 'get'>, wanted: string): Promise<RunRecord | null> {
  try {
    return await runs.get(id<RunId>(wanted));
  } catch (error) {
    if (isGridError(error, 'not_found')) return null;
    throw error;
  }
}
