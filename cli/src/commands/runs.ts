/** `cleangrid runs`: what ran on this machine. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { runsListedDefault } from '@cleangrid/core/limits.ts';
import type { RunRecord } from '@cleangrid/core/run-service.ts';
import { exitCodeOf, exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { fitLine, oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import type { RunsOptions } from '../handlers.ts';
import { countsText } from '../render-summary.ts';
import { writeLines } from '../terminal.ts';
import { useHistory } from '../use-grid.ts';

export async function runsCommand(options: RunsOptions, context: CommandContext): Promise<number> {
  const { out } = context.terminal;
  const records = await useHistory(options, context, (history) =>
    history.list(options.limit ?? runsListedDefault),
  );
  if (records.length === 0) writeLines(out, ['Nothing ran here yet. Begin with cleangrid run.']);
  const lines = records.map((record) => runLine(record, out.paint));
  writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
  return exitCodes.passed;
}

export function runLine(record: RunRecord, paint: Paint): string {
  const { run, submittedAtMs, finishedAtMs, suites } = record;
  const took = finishedAtMs === null ? '' : formatDuration(finishedAtMs - submittedAtMs);
  const state = stateText(record, paint);
  return [
    run,
    paint.faint(timeText(submittedAtMs)),
    took.padStart(9),
    state,
    oneLine(suites.join(', ')),
    `${paint.faint('scenarios:')} ${countsText(record.scenarios, paint)}`,
  ].join('  ');
}

export function stateText({ state, scenarios }: RunRecord, paint: Paint): string {
  if (state !== 'finished') return paint.skipped(state.padEnd(11));
  switch (exitCodeOf(scenarios)) {
    case exitCodes.passed:
      return paint.passed('passed'.padEnd(11));
    case exitCodes.failed:
      return paint.failed('failed'.padEnd(11));
    case exitCodes.cancelled:
      return paint.skipped('cancelled'.padEnd(11));
    default:
      return paint.broken('broken'.padEnd(11));
  }
}

/** Of this machine, to the second, in an order that sorts. */
export function timeText(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE');
}
