/** The end of a run: counts, what did not pass in a line each, and how to look again. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { summaryFailuresMax } from '@cleangrid/core/limits.ts';
import { placeText } from '@cleangrid/core/report/check-text.ts';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { type OutcomeCounts, type Verdict, exitCodes } from '@cleangrid/core/verdict.ts';
import { scenarioLabel } from './describe-event.ts';
import { oneLine } from './one-line.ts';
import type { Paint } from './paint.ts';
import { isBad } from './render-failure.ts';
import { badge, counted, outcomeWord } from './scenario-words.ts';

/** What the summary remembers of a scenario that did not pass. */
export interface FailureNote {
  label: string;
  verdict: Verdict | null;
  place: string;
}

export interface RunSummary {
  record: RunRecord;
  /** The first ones. */
  failures: readonly FailureNote[];
  exitCode: number;
}

export function noteFailure(record: ScenarioRecord, withSuite: boolean): FailureNote {
  const bad = record.steps.find((step) => isBad(step.result?.verdict ?? null));
  const checks = bad?.result?.failedChecks ?? record.failedChecks;
  const source = checks.find((check) => check.source !== null)?.source ?? bad?.source ?? record.source;
  return {
    label: scenarioLabel(record, withSuite) + (bad ? ` › ${oneLine(bad.name)}` : ''),
    verdict: record.verdict,
    place: oneLine(placeText(source)),
  };
}

export function renderSummary({ record, failures, exitCode }: RunSummary, paint: Paint): string[] {
  const { run, scenarios, scenarioCount, steps, stepCount, submittedAtMs, finishedAtMs } = record;
  const shown = failures.slice(0, summaryFailuresMax);
  const unlisted = scenarios.failed + scenarios.broken - shown.length;
  const took = finishedAtMs === null ? '' : ` in ${formatDuration(finishedAtMs - submittedAtMs)}`;
  return [
    '',
    ...shown.map((note) => failureLine(note, paint)),
    ...(shown.length > 0 && unlisted > 0 ? [`… and ${unlisted} more`] : []),
    ...(shown.length > 0 ? [''] : []),
    `${headline(exitCode, paint)}${took}`,
    `  scenarios  ${scenarioCount}: ${countsText(scenarios, paint)}`,
    `  steps      ${stepCount}: ${countsText(steps, paint)}`,
    ...blame(scenarios, paint),
    paint.faint(`  run ${run} · look again with cleangrid show ${run} · exit code ${exitCode}`),
  ];
}

export function countsText(counts: OutcomeCounts, paint: Paint): string {
  const flaky = counts.flaky > 0 ? ` (${counts.flaky} flaky)` : '';
  const parts = [
    counts.passed > 0 && paint.passed(`${counts.passed} passed`) + paint.skipped(flaky),
    counts.failed > 0 && paint.failed(`${counts.failed} failed`),
    counts.broken > 0 && paint.broken(`${counts.broken} broken`),
    counts.skipped > 0 && paint.skipped(`${counts.skipped} skipped`),
    counts.cancelled > 0 && paint.skipped(`${counts.cancelled} cancelled`),
  ].filter(Boolean);
  return parts.length === 0 ? 'none finished' : parts.join(', ');
}

function failureLine({ label, verdict, place }: FailureNote, paint: Paint): string {
  const reason = verdict === null || verdict.outcome === 'passed' ? '' : ` (${verdict.reason})`;
  return `${badge(outcomeWord(verdict), paint)} ${label}${paint.faint(`${reason}  ${place}`)}`;
}

function headline(exitCode: number, paint: Paint): string {
  switch (exitCode) {
    case exitCodes.passed:
      return paint.passed(paint.title('Passed'));
    case exitCodes.failed:
      return paint.failed(paint.title('Failed'));
    case exitCodes.cancelled:
      return paint.skipped(paint.title('Cancelled'));
    default:
      return paint.broken(paint.title('Broken'));
  }
}

/** Whom to turn to is the first question about a run that did not pass. */
function blame(scenarios: OutcomeCounts, paint: Paint): string[] {
  if (scenarios.broken === 0) return [];
  return [
    paint.broken(
      `  ${counted(scenarios.broken, 'scenario')} could not be judged: the grid's fault, not the suite's.`,
    ),
    paint.faint('  Ask cleangrid doctor what is wrong here.'),
  ];
}
