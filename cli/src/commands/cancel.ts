/** `cleangrid cancel`: ends a run of a grid. */

import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import type { SettingFlags } from '../settings.ts';
import { writeLines } from '../terminal.ts';
import { useGrid } from '../use-grid.ts';

export async function cancelCommand(
  wanted: string,
  flags: SettingFlags,
  context: CommandContext,
): Promise<number> {
  const { out } = context.terminal;
  return useGrid(flags, context, async ({ runs }) => {
    const { run, state } = await findRun(runs, wanted);
    if (state === 'finished') {
      writeLines(out, [`Run ${run} has already finished.`]);
      return exitCodes.passed;
    }
    await runs.cancel(run, 'cancelled with cleangrid cancel');
    writeLines(out, [`Run ${run} is being cancelled. See its end with cleangrid watch ${run}.`]);
    return exitCodes.passed;
  });
}
