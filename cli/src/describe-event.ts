/** What is printed for each event of a run: nothing for most, a line for what finished, the whole story for what failed. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import type { ScenarioId } from '@cleangrid/core/ids.ts';
import { failuresShownMax } from '@cleangrid/core/limits.ts';
import { wholeOutput } from '@cleangrid/core/report/whole-output.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { RunEvent, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { cleanText, oneLine } from './one-line.ts';
import { type FailureStyle, isBad, renderFailure } from './render-failure.ts';
import { badge, blameText, outcomeWord, pollutionText } from './scenario-words.ts';

export type Detail = 'quiet' | 'normal' | 'verbose';

export interface EventStyle extends FailureStyle {
  detail: Detail;
  /** Whether the name of the suite says something: there are several. */
  withSuite: boolean;
  /** As `scenarioLabel` names it. */
  scenarioName: (scenario: ScenarioId) => string;
}

export function eventDescriber(style: EventStyle): (event: RunEvent) => string[] {
  let failures = 0;
  const told = new Set<string>();
  return (event) => {
    switch (event.kind) {
      case 'scenario_finished': {
        if (isBad(event.record.verdict)) failures += 1;
        return finishedLines(event.record, style, failures <= failuresShownMax);
      }
      case 'scenario_retried':
        return style.detail === 'quiet' ? [] : [retriedLine(event, told, style)];
      case 'step_finished':
        return style.detail === 'verbose' ? stepLines(event, style) : [];
      case 'away':
        return style.detail === 'quiet' ? [] : [style.paint.faint(oneLine(event.message))];
      case 'run_started':
      case 'run_finished':
      case 'scenario_started':
      case 'scenario_preparing':
      case 'step_started':
      case 'steps_passed':
      case 'waiting':
      default:
        return [];
    }
  };
}

export function scenarioLabel(record: Pick<ScenarioRecord, 'suite' | 'name'>, withSuite: boolean): string {
  return oneLine(withSuite ? `${record.suite} › ${record.name}` : record.name);
}

function finishedLines(record: ScenarioRecord, style: EventStyle, inFull: boolean): string[] {
  const { verdict, flaky, durationMs } = record;
  const bad = isBad(verdict);
  if (style.detail === 'quiet' && !bad) return [];
  const duration = style.paint.faint(formatDuration(durationMs).padStart(8));
  const attempts = flaky
    ? style.paint.faint(` (attempt ${record.attempts.length}${pollutionText(record)})`)
    : '';
  const why = verdict?.outcome === 'skipped' ? style.paint.faint(` ${oneLine(verdict.message)}`) : '';
  const label = scenarioLabel(record, style.withSuite);
  const line = `${badge(outcomeWord(verdict, flaky), style.paint)}${duration}  ${label}${attempts}${why}`;
  if (!bad || verdict?.outcome === 'cancelled') return [line];
  if (!inFull) return [`${line} ${style.paint.faint(verdict === null ? '' : blameText(verdict))}`];
  return [line, ...renderFailure(record, style), ''];
}

/** `told`: why others were retried. One cause, like a registry that is away, ends the attempts of many scenarios. */
function retriedLine(
  event: RunEvent & { kind: 'scenario_retried' },
  told: Set<string>,
  { paint, scenarioName }: EventStyle,
): string {
  const { verdict, attempt, scenario } = event;
  const message = verdict.outcome === 'passed' ? '' : oneLine(verdict.message);
  const full = message === '' ? blameText(verdict) : `${blameText(verdict)}: ${message}`;
  const ended = told.has(full) ? `${verdict.outcome}, as said above` : full;
  if (told.size < failuresShownMax) told.add(full);
  return `${paint.skipped('retried'.padEnd(9))}${' '.repeat(8)}  ${oneLine(scenarioName(scenario))}  ${paint.faint(`attempt ${attempt} ${ended}`)}`;
}

function stepLines(event: RunEvent & { kind: 'step_finished' }, style: EventStyle): string[] {
  const { scenario, result, name } = event;
  const { paint } = style;
  const duration = paint.faint(formatDuration(result.durationMs).padStart(8));
  const word = outcomeWord(result.verdict);
  const line = `${paint.faint(word.padEnd(9))}${duration}  ${oneLine(style.scenarioName(scenario))} ${paint.faint('›')} ${oneLine(name)}`;
  // What failed is printed with its scenario.
  return isBad(result.verdict) ? [line] : [line, ...outputLines(result, style)];
}

function outputLines({ stdout, stderr }: StepResult, { paint }: EventStyle): string[] {
  return [stdout, stderr]
    .filter(({ totalBytes }) => totalBytes > 0)
    .flatMap((output) => cleanText(wholeOutput(output)).replace(/\n$/u, '').split('\n'))
    .map((line) => `  ${paint.faint('│')} ${line}`);
}
