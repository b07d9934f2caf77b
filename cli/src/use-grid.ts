/** Opens the grid, or the history, that a command is for, and closes it when the command is done. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { CommandContext, RunHistory } from './command-context.ts';
import type { RemoteGrid } from './remote-grid.ts';
import type { SettingFlags } from './settings.ts';

/** Throws `bad_usage` where no grid is named. */
export async function useGrid<T>(
  flags: SettingFlags,
  context: CommandContext,
  use: (grid: RemoteGrid) => Promise<T>,
): Promise<T> {
  const grid = await context.dialGrid(flags);
  if (grid === null)
    throw new GridError('bad_usage', 'no grid is named', {
      hint: 'Give --grid HOST:PORT, or set CLEANGRID_GRID. Runs of this machine show themselves while they run.',
    });
  try {
    return await use(grid);
  } finally {
    await grid.close();
  }
}

/** The runs of the grid that is named, else those of this machine. */
export async function useHistory<T>(
  flags: SettingFlags,
  context: CommandContext,
  use: (history: RunHistory) => Promise<T>,
): Promise<T> {
  const grid = await context.dialGrid(flags);
  if (grid === null) return use(await context.openHistory());
  try {
    return await use(grid.runs);
  } finally {
    await grid.close();
  }
}
