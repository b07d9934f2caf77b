/** `cleangrid logs`: the output of a run's steps, as far as it is stored, or the log of a container of this machine; with -f also what comes. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import type { ScenarioId } from '@cleangrid/core/ids.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext, RunHistory } from '../command-context.ts';
import { scenarioLabel } from '../describe-event.ts';
import { findContainer, findNamed } from '../find-container.ts';
import { findRun } from '../find-run.ts';
import type { LogsOptions } from '../handlers.ts';
import { oneLine } from '../one-line.ts';
import { outcomeWord } from '../scenario-words.ts';
import { outputLines } from '../step-output.ts';
import { type Output, writeLines } from '../terminal.ts';
import { useGrid, useHistory } from '../use-grid.ts';
import { usePool } from '../use-pool.ts';
import { containerLogCommand } from './container-log.ts';

/** A container that has that name, or that of its service or image, else a run, else a container whose name begins so. With `--grid` a run. */
export async function logsCommand(
  wanted: string,
  options: LogsOptions,
  context: CommandContext,
): Promise<number> {
  if (options['grid'] !== undefined) return runLogCommand(wanted, options, context);
  return usePool(context, async (pool) => {
    const containers = pool.list();
    const named = findNamed(containers, wanted);
    if (named) return containerLogCommand({ pool, container: named }, options, context);
    const begun = containers.some(({ container }) => container.startsWith(wanted));
    if (begun && !(await isRun(wanted, options, context))) {
      const container = findContainer(containers, wanted);
      if (container) return containerLogCommand({ pool, container }, options, context);
    }
    return runLogCommand(wanted, options, context);
  });
}

async function isRun(wanted: string, options: LogsOptions, context: CommandContext): Promise<boolean> {
  return useHistory(options, context, async (history) => {
    try {
      await findRun(history, wanted);
      return true;
    } catch (error) {
      if (isGridError(error, 'bad_usage')) return false;
      throw error;
    }
  });
}

async function runLogCommand(wanted: string, options: LogsOptions, context: CommandContext): Promise<number> {
  const { out } = context.terminal;
  if (options.json || options.tail !== undefined || options.since !== undefined)
    throw new GridError('bad_usage', `${wanted} is not a container of this machine`, {
      hint: '--json, --tail and --since are for the logs of containers. cleangrid pool lists them.',
    });
  if (options.follow)
    return useGrid(options, context, async ({ runs }) => {
      await followRun(await findRun(runs, wanted), runs, out);
      return exitCodes.passed;
    });
  return useHistory(options, context, async (history) => {
    await printRun(await findRun(history, wanted), history, out);
    return exitCodes.passed;
  });
}

/** In the plan's order; of the last attempts. */
async function printRun({ run, suites }: RunRecord, history: RunHistory, out: Output): Promise<void> {
  for await (const scenario of history.scenarios(run)) {
    for (const { name, result } of scenario.steps)
      if (result) printStep({ scenario: scenarioLabel(scenario, suites.length > 1), name, result }, out);
  }
}

/** In the order of storing; of every attempt. */
async function followRun({ run, suites }: RunRecord, runs: RunService, out: Output): Promise<void> {
  const names = new Map<ScenarioId, string>();
  for await (const event of runs.watch(run, { cursor: 0, steps: 'every' }, new AbortController().signal)) {
    if (event.kind === 'scenario_started') names.set(event.scenario, scenarioLabel(event, suites.length > 1));
    if (event.kind === 'scenario_finished') names.delete(event.scenario);
    if (event.kind === 'step_finished') {
      const scenario = names.get(event.scenario) ?? event.scenario;
      printStep({ scenario, name: event.name, result: event.result }, out);
    }
  }
}

function printStep(
  { scenario, name, result }: { scenario: string; name: string; result: StepResult },
  out: Output,
): void {
  const { paint } = out;
  const facts = `${outcomeWord(result.verdict)}, ${formatDuration(result.durationMs)}`;
  const where = result.where ? `, agent ${oneLine(result.where.agent)}` : '';
  writeLines(out, [
    `${paint.title(`${oneLine(scenario)} › ${oneLine(name)}`)}  ${paint.faint(`${facts}${where}`)}`,
    ...outputLines('stdout', result.stdout, paint),
    ...outputLines('stderr', result.stderr, paint),
  ]);
}
