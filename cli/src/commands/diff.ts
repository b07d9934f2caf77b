/** `cleangrid diff`: what differs between two runs. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { differencesShownMax, slowerMsMin } from '@cleangrid/core/limits.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { compareRuns, type Difference } from '../compare-runs.ts';
import { findRun } from '../find-run.ts';
import type { DiffOptions } from '../handlers.ts';
import { oneLine } from '../one-line.ts';
import type { Paint, Style } from '../paint.ts';
import { type RunOutcome, readOutcome } from '../run-outcome.ts';
import { counted } from '../scenario-words.ts';
import { writeLines } from '../terminal.ts';
import { useHistory } from '../use-grid.ts';

export async function diffCommand(
  wanted: { before: string; after: string },
  options: DiffOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = context.terminal;
  const { slower: slowerPercent } = options;
  return useHistory(options, context, async (history) => {
    const before = await readOutcome(history, await findRun(history, wanted.before));
    const after = await readOutcome(history, await findRun(history, wanted.after));
    const differences = compareRuns({ before, after, slowerPercent });
    const runs = { before: before.record.run, after: after.record.run };
    writeLines(
      out,
      options.json
        ? [JSON.stringify({ ...runs, differences })]
        : linesOf({ before, after, slowerPercent, differences }, out.paint),
    );
    return differences.length === 0 ? exitCodes.passed : exitCodes.failed;
  });
}

interface Shown {
  before: RunOutcome;
  after: RunOutcome;
  slowerPercent: number;
  differences: readonly Difference[];
}

function linesOf({ before, after, slowerPercent, differences }: Shown, paint: Paint): string[] {
  const shown = differences.slice(0, differencesShownMax);
  const more = differences.length - shown.length;
  const unrecorded = [before, after].filter(({ record }) => record.traceMode === 'off');
  const isSlower = differences.some(({ change }) => change === 'slower');
  return [
    ...shown.map((difference) => lineOf(difference, paint)),
    ...(more > 0 ? [`… and ${counted(more, 'more difference')}; --json has all`] : []),
    ...(differences.length === 0
      ? [`The runs ${before.record.run} and ${after.record.run} are the same in verdicts, steps and spans.`]
      : []),
    ...unrecorded.map(({ record }) =>
      paint.skipped(`The run ${record.run} recorded no spans: only verdicts and steps are compared.`),
    ),
    ...(isSlower
      ? [
          paint.faint(
            `Slower is what took ${slowerPercent} % longer and at least ${formatDuration(slowerMsMin)}. One run of each proves little: repeat it.`,
          ),
        ]
      : []),
  ];
}

function lineOf({ kind, change, scenario, name, before, after }: Difference, paint: Paint): string {
  const where = oneLine(name === null ? scenario : `${scenario} › ${name}`);
  const what = change === 'verdict' || change === 'count' ? 'changed' : change;
  return `${styleOf(change, paint)(what.padEnd(9))} ${kind.padEnd(9)} ${where}  ${paint.faint(valuesText(change, [before, after]))}`.trimEnd();
}

function valuesText(
  change: Difference['change'],
  [before, after]: [Difference['before'], Difference['after']],
): string {
  const text = (value: Difference['before']): string =>
    change === 'slower' ? formatDuration(Number(value)) : String(value ?? '');
  if (change === 'appeared') return text(after);
  return change === 'vanished' ? text(before) : `${text(before)} → ${text(after)}`;
}

function styleOf(change: Difference['change'], paint: Paint): Style {
  if (change === 'appeared') return paint.added;
  return change === 'vanished' ? paint.removed : paint.skipped;
}
