/** `cleangrid run`: reads the suites, runs them on a grid in this process, shows what happens, writes reports, and cleans up. */

import { resolve } from 'node:path';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import { jsonReport } from '@cleangrid/core/report/json.ts';
import { junitReport } from '@cleangrid/core/report/junit.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { exitCodeOf, exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { describeError } from '../describe-error.ts';
import { guardRun, type RunGuard } from '../guard-run.ts';
import type { RunGrid } from '../run-grid.ts';
import type { RunOptions } from '../program.ts';
import { readSubmission, type SubmissionRead } from '../read-submission.ts';
import { openRunView, type RunView } from '../run-view.ts';
import { selectPlan } from '../select-plan.ts';
import { prepareReport, writeReport } from '../write-report.ts';

export async function runCommand(
  paths: string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal, cwd } = context;
  const guard = guardRun(context);
  try {
    const read = await readSubmission(paths, options.var, cwd);
    const plan = selectPlan(read, options, terminal.err);
    for (const file of [options.junit, options.json]) {
      if (file !== undefined) await prepareReport(resolve(cwd, file));
    }
    const view = openRunView({ plan, read, options }, context);
    try {
      const { record, exitCode } = await runOnGrid({ guard, view, plan, read, options }, context);
      view.close();
      view.summarize(record, exitCode);
      return exitCode;
    } finally {
      view.close();
    }
  } finally {
    guard.release();
  }
}

interface RunParts {
  guard: RunGuard;
  view: RunView;
  plan: Plan;
  read: SubmissionRead;
  options: RunOptions;
}

async function runOnGrid(
  parts: RunParts,
  context: CommandContext,
): Promise<{ record: RunRecord; exitCode: number }> {
  const { guard, view, options } = parts;
  const grid = await guard.opening(view, () => openGrid(parts, context));
  let record: RunRecord;
  let reportCode: number;
  let cleanupCode: number = exitCodes.passed;
  try {
    record = await runToItsEnd(parts, grid, id<RunId>(context.ids.random(runIdLength)));
    reportCode = await writeReports(grid.runs, record, { options, view, cwd: context.cwd });
  } finally {
    guard.closing();
    view.setState('removing containers');
    // What cannot be removed does not take the verdict away.
    await grid.close().catch((error: unknown) => {
      cleanupCode = sayError(error, view);
    });
  }
  const exitCode = exitCodeOf(record.scenarios) || reportCode || cleanupCode;
  return { record, exitCode };
}

async function openGrid({ options, view }: RunParts, context: CommandContext): Promise<RunGrid> {
  const { config } = context;
  const grid = await context.openGrid({
    slots: options.slots ?? null,
    imageAliases: [...config.imageAliases, ...options.imageAlias],
    logLevel: options.logLevel ?? config.logLevel,
  });
  if (grid.removedAtStart > 0)
    view.note([
      `Removed what a killed run left behind: ${grid.removedAtStart} containers, networks and volumes.`,
    ]);
  return grid;
}

async function runToItsEnd(parts: RunParts, { runs }: RunGrid, run: RunId): Promise<RunRecord> {
  const { guard, view, plan, read } = parts;
  await runs.submit({ run, suites: plan.suites, scenarios: inChunks(plan), blobs: read.blobs });
  guard.running(run);
  for await (const event of runs.watch(run, 0, new AbortController().signal)) {
    view.show(event);
    if (event.kind === 'run_finished') return event.record;
  }
  throw new GridError('unavailable', `the run ${run} was not watched to its end`);
}

/** Long enough that runs of one machine never share it, short enough to type its beginning. */
const runIdLength = 10;
const chunkScenarios = 100;

function* inChunks(plan: Plan): Generator<Plan['scenarios']> {
  for (let start = 0; start < plan.scenarios.length; start += chunkScenarios) {
    yield plan.scenarios.slice(start, start + chunkScenarios);
  }
}

interface ReportWish {
  options: RunOptions;
  view: RunView;
  cwd: string;
}

/** A report that cannot be written does not take the verdict away: it is said, and it is no success. */
async function writeReports(
  runs: RunService,
  record: RunRecord,
  { options, view, cwd }: ReportWish,
): Promise<number> {
  let code: number = exitCodes.passed;
  for (const [file, report] of [
    [options.junit, junitReport],
    [options.json, jsonReport],
  ] as const) {
    if (file === undefined) continue;
    try {
      await writeReport(resolve(cwd, file), report(record, runs.scenarios(record.run)));
    } catch (error) {
      code = sayError(error, view);
    }
  }
  return code;
}

function sayError(error: unknown, view: RunView): number {
  const { lines, exitCode } = describeError(error, view.paint);
  view.note(lines);
  return exitCode;
}
