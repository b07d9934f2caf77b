/** `cleangrid watch`: a run of a grid as `run` shows it, from its beginning to its end. */

import type { RunId } from '@cleangrid/core/ids.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { exitCodeOf, exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { listenForInterrupts } from '../interrupts.ts';
import type { WatchOptions } from '../handlers.ts';
import type { RunOutline } from '../run-progress.ts';
import { fromBeginning, openRunView, type RunView } from '../run-view.ts';
import { readTraceUrl, traceLinks } from '../trace-links.ts';
import { useGrid } from '../use-grid.ts';
import { prepareReports, writeReports } from '../write-reports.ts';

export async function watchCommand(
  wanted: string,
  options: WatchOptions,
  context: CommandContext,
): Promise<number> {
  const traceUrl = readTraceUrl(options, context.config);
  await prepareReports(options, context.cwd);
  return useGrid(options, context, async ({ runs }) => {
    const { run, suites } = await findRun(runs, wanted);
    const plan = { suites, scenarios: await outline(runs, run) };
    const view = openRunView({ plan, read: { files: [] }, options, traceUrl }, context);
    try {
      const record = await watchToItsEnd(runs, run, { view, context, options });
      if (record === null) {
        view.note([`No longer watching. The run goes on: cleangrid watch ${run}`]);
        return exitCodes.cancelled;
      }
      const links = traceLinks(record, traceUrl);
      const reportCode = await writeReports(runs, record, { files: options, links, view, cwd: context.cwd });
      const exitCode = exitCodeOf(record.scenarios) || reportCode;
      view.close();
      view.summarize(record, exitCode);
      return exitCode;
    } finally {
      view.close();
    }
  });
}

/** Without what the steps did: a plan's worth of memory. */
async function outline(runs: RunService, run: RunId): Promise<RunOutline['scenarios']> {
  const scenarios: RunOutline['scenarios'][number][] = [];
  for await (const { id, suite, name, steps } of runs.scenarios(run)) {
    scenarios.push({ id, suite, name, steps: { length: steps.length } });
  }
  return scenarios;
}

/** Null when Ctrl-C ended the watching. */
async function watchToItsEnd(
  runs: RunService,
  run: RunId,
  { view, context, options }: { view: RunView; context: CommandContext; options: WatchOptions },
): Promise<RunRecord | null> {
  const leaving = new AbortController();
  const release = listenForInterrupts(context.signals, {
    first: () => leaving.abort(),
    again: () => context.exit(exitCodes.cancelled),
  });
  try {
    for await (const event of runs.watch(run, fromBeginning(options), leaving.signal)) {
      view.show(event);
      if (event.kind === 'run_finished') return event.record;
    }
    return null;
  } finally {
    release();
  }
}
