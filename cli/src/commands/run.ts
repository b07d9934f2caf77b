/** `cleangrid run`: reads the suites, runs them on a grid in this process or on one that is named, shows what happens, writes reports, cleans up. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { keepWarmMsDefault, waitAgentsMsDefault } from '@cleangrid/core/limits.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { chooseTraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { exitCodeOf, exitCodes } from '@cleangrid/core/verdict.ts';
import { agentPatience } from '../agent-patience.ts';
import type { CommandContext } from '../command-context.ts';
import { guardRun, type RunGuard } from '../guard-run.ts';
import type { RunGrid } from '../run-grid.ts';
import { type OtlpName, otlpSettings } from '../grid-settings.ts';
import type { RunFlags, RunOptions, SelectionOptions } from '../handlers.ts';
import { type OtlpOptions, readOtlp } from '../read-otlp.ts';
import { flagKey, Settings } from '../settings.ts';
import type { RemoteGrid } from '../remote-grid.ts';
import { readSubmission, type SubmissionRead } from '../read-submission.ts';
import { outlineOf } from '../run-progress.ts';
import { fromBeginning, openRunView, type RunView } from '../run-view.ts';
import { selectPlan } from '../select-plan.ts';
import { type PlannedRun, submitPatiently, submitRun } from '../submit-run.ts';
import { writeLines } from '../terminal.ts';
import { readTraceUrl, traceLinks } from '../trace-links.ts';
import { prepareReports, sayError, writeReports } from '../write-reports.ts';

export async function runCommand(
  paths: string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  return runSelected({ select: () => readSelected(paths, options, context) }, options, context);
}

/** What is to run. */
export interface Selected {
  plan: Plan;
  read: Pick<SubmissionRead, 'files' | 'blobs'>;
}

/** Throws `bad_suite`, `bad_usage` and `nothing_selected`. */
export async function readSelected(
  paths: string[],
  options: SelectionOptions,
  { terminal, cwd }: CommandContext,
): Promise<Selected> {
  const read = await readSubmission(paths, options.var, cwd);
  return { plan: selectPlan(read, options, terminal.err), read };
}

/** A run whose grid is still open. */
export interface EndedRun {
  runs: RunService;
  record: RunRecord;
  selected: Selected;
  view: RunView;
  exitCode: number;
}

export interface RunWanted {
  select(): Promise<Selected>;
  /** Resolves to the exit code. */
  after?(ended: EndedRun): Promise<number>;
}

/** Resolves to the exit code. */
export async function runSelected(
  { select, after }: RunWanted,
  options: RunFlags,
  context: CommandContext,
): Promise<number> {
  const guard = guardRun(context);
  try {
    const remote = await context.dialGrid(options);
    checkUsage(options, remote);
    const otlp = remote ? null : await readOtlp(otlpOf(options, context));
    const traceUrl = readLinks(options, { isSent: remote !== null || otlp !== null, config: context.config });
    if (remote) guard.leaveOnHangup();
    const selected = await select();
    if (remote && options.detach)
      return await submitOnly(
        { grid: remote, traceUrl },
        { ...selected, traceMode: options.traceMode },
        context,
      );
    await prepareReports(options, context.cwd);
    const view = openRunView({ ...selected, plan: outlineOf(selected.plan), options, traceUrl }, context);
    try {
      const { record, exitCode } = await runOnGrid(
        { guard, view, selected, after, options, remote, otlp, traceUrl },
        context,
      );
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

/** Flags that would mean nothing are refused. */
function checkUsage(options: RunFlags, remote: RemoteGrid | null): void {
  const given = remote
    ? [
        options.slots !== undefined && '--slots',
        !options.keepWarm && '--no-keep-warm',
        options.imageAlias.length > 0 && '--image-alias',
        ...otlpSettings.map(({ name }) => options[flagKey(name)] !== undefined && `--${name}`),
      ]
    : [options.detach && '--detach', options.waitAgents !== undefined && '--wait-agents'];
  const written = given.find((flag) => typeof flag === 'string');
  if (written === undefined) return;
  if (!remote)
    throw new GridError('bad_usage', `${written} needs a grid`, {
      hint: 'Give --grid HOST:PORT, or set CLEANGRID_GRID.',
    });
  const owner = written.startsWith('--otlp') ? 'coordinator' : 'agent';
  throw new GridError('bad_usage', `${written} belongs to the ${owner}s of a grid, not to a run on one`, {
    hint: `Give it to cleangrid ${owner}, or run without the grid ${remote.address}.`,
  });
}

/** The run is the grid's from then on. */
async function submitOnly(
  { grid, traceUrl }: { grid: RemoteGrid; traceUrl: string | null },
  planned: Omit<PlannedRun, 'run'>,
  context: CommandContext,
): Promise<number> {
  const run = newRunId(context);
  try {
    await submitPatiently(grid.runs, { ...planned, run }, context.clock);
  } finally {
    await grid.close();
  }
  const traceMode = chooseTraceMode(planned.traceMode, planned.plan);
  const { run: link } = traceLinks({ run, traceMode, traceUrl }, null);
  writeLines(context.terminal.out, [
    run,
    `Submitted. Watch it with: cleangrid watch ${run}`,
    ...(link === null ? [] : [`trace ${link}`]),
  ]);
  return exitCodes.passed;
}

interface RunParts {
  guard: RunGuard;
  view: RunView;
  selected: Selected;
  after: RunWanted['after'];
  options: RunFlags;
  /** Null: the grid is made in this process. */
  remote: RemoteGrid | null;
  /** Where its caller looks at traces. */
  traceUrl: string | null;
  /** Where a grid in this process sends spans. */
  otlp: OtlpOptions | null;
}

async function runOnGrid(
  parts: RunParts,
  context: CommandContext,
): Promise<{ record: RunRecord; exitCode: number }> {
  const { guard, view, options, selected, after } = parts;
  const grid = await guard.opening(view, () => openGrid(parts, context));
  let record: RunRecord;
  let runCode: number;
  let cleanupCode: number = exitCodes.passed;
  try {
    record = await runToItsEnd(parts, grid, context);
    const links = traceLinks(record, parts.traceUrl);
    const files = { files: options, links, view, cwd: context.cwd };
    const { runs } = grid;
    const reportCode = await writeReports(runs, record, files);
    runCode = exitCodeOf(record.scenarios) || reportCode;
    if (after) runCode = await after({ runs, record, selected, view, exitCode: runCode });
  } finally {
    guard.closing();
    view.setState('removing containers');
    // What cannot be removed does not take the verdict away.
    await grid.close().catch((error: unknown) => {
      cleanupCode = sayError(error, view);
    });
  }
  return { record, exitCode: runCode || cleanupCode };
}

async function openGrid(
  { options, view, remote, otlp, traceUrl }: RunParts,
  context: CommandContext,
): Promise<RunGrid> {
  const { config } = context;
  if (remote) return remote;
  const grid = await context.openGrid({
    slots: options.slots ?? null,
    keepWarmMs: options.keepWarm ? keepWarmMsDefault : 0,
    imageAliases: [...config.imageAliases, ...options.imageAlias],
    logLevel: options.logLevel ?? config.logLevel,
    otlp,
    traceUrl,
  });
  if (grid.removedAtStart > 0)
    view.note([
      `Removed what a killed run left behind: ${grid.removedAtStart} containers, networks and volumes.`,
    ]);
  return grid;
}

async function runToItsEnd(parts: RunParts, { runs }: RunGrid, context: CommandContext): Promise<RunRecord> {
  const { guard, view, options, remote } = parts;
  const run = newRunId(context);
  const planned = { ...parts.selected, run, traceMode: options.traceMode };
  if (remote) await submitPatiently(runs, planned, context.clock);
  else await submitRun(runs, planned);
  guard.running(run);
  if (remote) view.note([`run ${run} on the grid ${remote.address}`]);
  // On a grid of our own the only agent is here.
  const waitMsMax = remote ? (options.waitAgents ?? waitAgentsMsDefault) : Number.POSITIVE_INFINITY;
  const patience = agentPatience(context.clock, waitMsMax);
  let givenUp: GridError | null = null;
  for await (const event of runs.watch(run, fromBeginning(options), new AbortController().signal)) {
    view.show(event);
    const state = patience(event);
    if (event.kind === 'waiting' && remote && state === 'begins')
      view.note([`${event.message} Waiting up to ${formatDuration(waitMsMax)} (--wait-agents).`]);
    if (event.kind === 'waiting' && state === 'ends') {
      givenUp = nobodyThere(event.message, waitMsMax);
      await runs.cancel(run, givenUp.message);
    }
    if (event.kind !== 'run_finished') continue;
    if (givenUp) throw givenUp;
    return event.record;
  }
  throw new GridError('unavailable', `the run ${run} was not watched to its end`);
}

/** A link to spans that are sent nowhere would lead nowhere. Throws `bad_usage`. */
function readLinks(
  options: RunFlags,
  { isSent, config }: { isSent: boolean; config: CommandContext['config'] },
): string | null {
  const traceUrl = readTraceUrl(options, config);
  if (isSent) return traceUrl;
  if (options['traceUrl'] === undefined) return null;
  throw new GridError('bad_usage', '--trace-url links to spans, and they are sent nowhere', {
    hint: 'Say where to with --otlp-endpoint. A Jaeger takes them at http://HOST:4318.',
  });
}

function otlpOf(flags: RunFlags, { config }: CommandContext): Settings<OtlpName> {
  return new Settings(otlpSettings, { flags, environment: config.environment, file: new Map() });
}

function nobodyThere(message: string, waitedMs: number): GridError {
  return new GridError('unavailable', `nothing could run for ${formatDuration(waitedMs)}: ${message}`, {
    hint: 'Start one with cleangrid agent, look with cleangrid status, or wait longer with --wait-agents.',
  });
}

function newRunId({ ids }: CommandContext): RunId {
  return id<RunId>(ids.random(runIdLength));
}

/** Long enough that runs of one machine never share it, short enough to type its beginning. */
const runIdLength = 10;
