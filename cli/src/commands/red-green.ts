/** `cleangrid red-green`: proves from two stored runs that tests failed before a change and pass after it. */

import { GridError, unreachable } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { verdictWord } from '../compare-runs.ts';
import { findRun } from '../find-run.ts';
import { findScenario } from '../find-scenario.ts';
import type { RedGreenOptions } from '../handlers.ts';
import {
  changedParts,
  isProof,
  type JudgedScenario,
  judgeRedGreen,
  type RedGreen,
} from '../judge-red-green.ts';
import { oneLine } from '../one-line.ts';
import type { Paint, Style } from '../paint.ts';
import { readOutcome } from '../run-outcome.ts';
import { counted } from '../scenario-words.ts';
import { writeLines } from '../terminal.ts';
import { useHistory } from '../use-grid.ts';

export async function redGreenCommand(
  wanted: { red: string; green: string },
  options: RedGreenOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = context.terminal;
  return useHistory(options, context, async (history) => {
    const [redRun, greenRun] = [await findRun(history, wanted.red), await findRun(history, wanted.green)];
    if (redRun.submittedAtMs >= greenRun.submittedAtMs)
      throw new GridError('bad_usage', `the run ${redRun.run} is not older than ${greenRun.run}`, {
        hint: 'The run in which the tests failed stands first: cleangrid red-green RED GREEN.',
      });
    const [red, green] = [await readOutcome(history, redRun), await readOutcome(history, greenRun)];
    const only =
      options.scenario === undefined
        ? null
        : (await findScenario(history.scenarios(redRun.run), options.scenario)).scenario.id;
    const judged = judgeRedGreen(red, green).filter((one) => only === null || one.red.id === only);
    const proved = isProof(judged);
    writeLines(out, [...judged.flatMap((one) => lineOf(one, out.paint)), summaryOf(judged, out.paint)]);
    return proved ? exitCodes.passed : exitCodes.failed;
  });
}

/** What was green all the time is only counted. */
function lineOf({ judged, scenario, red, green }: JudgedScenario, paint: Paint): string[] {
  if (judged === 'green') return [];
  const before = verdictWord(red.verdict, red.flaky);
  const after = green === null ? 'not run' : verdictWord(green.verdict, green.flaky);
  const style: Style = judged === 'turned' ? paint.passed : paint.failed;
  const changed =
    judged === 'changed' && green !== null ? `; other ${changedParts(red, green).join(' and ')}` : '';
  const facts = paint.faint(`${before} → ${after}${changed}`);
  return [`${style(wordsOf(judged).padEnd(14))} ${oneLine(scenario)}  ${facts}`];
}

function wordsOf(judged: RedGreen): string {
  switch (judged) {
    case 'turned':
      return 'red → green';
    case 'still_red':
      return 'STILL RED';
    case 'broke':
      return 'GREEN → RED';
    case 'changed':
      return 'ANOTHER TEST';
    case 'vanished':
      return 'VANISHED';
    case 'flaky':
      return 'FLAKY';
    case 'unknown':
      return 'NOT KNOWN';
    case 'green':
      return 'green';
    default:
      return unreachable(judged);
  }
}

function summaryOf(judged: readonly JudgedScenario[], paint: Paint): string {
  const turned = judged.filter((one) => one.judged === 'turned').length;
  const green = judged.filter((one) => one.judged === 'green').length;
  const wrong = judged.length - turned - green;
  const facts = `${counted(turned, 'scenario')} failed before and ${turned === 1 ? 'passes' : 'pass'} now, ${green} passed before`;
  if (isProof(judged)) return paint.passed(`Proved: ${facts}.`);
  if (turned === 0 && wrong === 0) return paint.failed('Not proved: nothing was red.');
  return paint.failed(`Not proved: ${counted(wrong, 'scenario')} did not turn green; ${facts}.`);
}
