/** A scenario that did not pass, or not at once because of what others may have left, for people: what failed, where it is written, what came instead, and where it ran. */

import { describeExit } from '@cleangrid/core/evaluate.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import type { FailedCheck } from '@cleangrid/core/expectation.ts';
import {
  earlierAttemptsShownMax,
  failedStepsShownMax,
  failureLogLinesMax,
  failureOutputLinesMax,
} from '@cleangrid/core/limits.ts';
import type { SourcePlace } from '@cleangrid/core/plan.ts';
import { placeText } from '@cleangrid/core/report/check-text.ts';
import type { TraceLinks } from '@cleangrid/core/report/trace-links.ts';
import { wholeOutput } from '@cleangrid/core/report/whole-output.ts';
import type { KeptOutput, StepPlace, StepResult } from '@cleangrid/core/result.ts';
import type { ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import { suspectsPollution } from '@cleangrid/core/suspects-pollution.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import { describeEvidence } from './describe-evidence.ts';
import { cleanText, oneLine } from './one-line.ts';
import type { Paint } from './paint.ts';
import { renderDiff } from './render-diff.ts';
import { blameText, counted, styleOf } from './scenario-words.ts';

export interface FailureStyle {
  paint: Paint;
  /** The line of a suite file, null where it cannot be read any more. */
  sourceLine(place: SourcePlace): string | null;
  links: Pick<TraceLinks, 'scenario'>;
}

export function renderFailure(record: ScenarioRecord, style: FailureStyle): string[] {
  const { verdict } = record;
  if (verdict === null) return [];
  if (verdict.outcome === 'passed')
    return suspectsPollution(record) ? earlierAttempts(record, style.paint) : [];
  const bad = record.steps.filter((step) => isBad(step.result?.verdict ?? null));
  const shown = bad.slice(0, failedStepsShownMax);
  const more = bad.length - shown.length;
  return [
    ...(shown.length === 0 ? scenarioTrouble(record, verdict, style) : []),
    ...shown.flatMap((step) => renderStep(record, step, style)),
    ...(more > 0 ? ['', `  … and ${counted(more, 'more step')} that did not pass`] : []),
    ...traceFact(record, style),
    ...skippedNote(record, style.paint),
    ...earlierAttempts(record, style.paint),
    ...record.serviceLogs.flatMap(({ service, lines }) =>
      section(`log of ${service}`, lastLines(lines, failureLogLinesMax), style.paint),
    ),
  ];
}

function renderStep(record: ScenarioRecord, step: StepRecord, style: FailureStyle): string[] {
  const { result } = step;
  const shownByDiff = new Set((result?.failedChecks ?? []).filter(isDiff).map(({ what }) => streamOf(what)));
  return [
    ...renderStepHead(record, step, style),
    ...(result === null || shownByDiff.has('stdout')
      ? []
      : outputSection('stdout', result.stdout, style.paint)),
    ...(result === null || shownByDiff.has('stderr')
      ? []
      : outputSection('stderr', result.stderr, style.paint)),
  ];
}

/** One step with its verdict, its missed expectations and its place; without its output. */
export function renderStepHead(record: ScenarioRecord, step: StepRecord, style: FailureStyle): string[] {
  const { paint } = style;
  const { result } = step;
  const verdict = result?.verdict ?? null;
  const title = verdict === null ? 'not finished' : blameText(verdict);
  const checks = result?.failedChecks ?? [];
  return [
    '',
    `  ${styleOf(verdict?.outcome ?? 'unfinished', paint)(title)} in ${stepTitle(record, step)}`,
    ...message(verdict, checks).map((line) => `  ${line}`),
    ...(checks.every(({ source }) => source === null) ? sourceExcerpt(step.source, style) : []),
    ...checks.flatMap((check) => renderCheck(check, style)),
    ...fact('command', cleanText(step.command).split('\n'), paint),
    ...(result === null ? [] : fact('exit', [exitText(result)], paint)),
    ...(result === null || result.where === null
      ? []
      : fact('ran on', [placeOf(record, result.where)], paint)),
    ...(result?.evidence ? fact('used', [describeEvidence(result.evidence)], paint) : []),
  ];
}

export function isBad(verdict: Verdict | null): boolean {
  return verdict === null || (verdict.outcome !== 'passed' && verdict.outcome !== 'skipped');
}

function stepTitle(record: ScenarioRecord, step: StepRecord): string {
  const ofPhase = record.steps.filter((other) => other.phase === step.phase);
  const number = ofPhase.indexOf(step) + 1;
  const phase = step.phase === 'steps' ? 'step' : `${step.phase} step`;
  return `${phase} ${number} of ${ofPhase.length} "${oneLine(step.name)}"`;
}

/** A missed expectation says it all itself. */
function message(verdict: Verdict | null, checks: readonly FailedCheck[]): string[] {
  if (verdict === null || verdict.outcome === 'passed') return [];
  if (verdict.outcome === 'failed' && verdict.reason === 'expectation' && checks.length > 0) return [];
  return cleanText(verdict.message).split('\n');
}

export function renderCheck(check: FailedCheck, style: Omit<FailureStyle, 'links'>): string[] {
  const { paint } = style;
  return [
    ...(check.source === null ? [] : sourceExcerpt(check.source, style)),
    ...(isDiff(check)
      ? [
          `  ${oneLine(check.what)}`,
          ...renderDiff(check.expected, check.actual, paint).map((line) => `    ${line}`),
        ]
      : [
          ...fact('expected', expectedText(check).split('\n'), paint),
          ...(streamOf(check.what) === null || check.actual === ''
            ? fact('actual', (cleanText(check.actual) || '(nothing)').split('\n'), paint)
            : []),
        ]),
  ];
}

function isDiff({ what }: FailedCheck): boolean {
  return /\.(?:equals|lines|json|nearest)$/u.test(what);
}

/** Null: the check is not on the whole of an output stream, which is printed below anyway, unless it is empty. */
function streamOf(what: string): 'stdout' | 'stderr' | null {
  if (what.endsWith('.json')) return null;
  if (what.startsWith('stdout.')) return 'stdout';
  return what.startsWith('stderr.') ? 'stderr' : null;
}

function expectedText({ what, expected }: FailedCheck): string {
  return what === 'exit' || what === 'duration' ? expected : `${what} ${cleanText(expected)}`;
}

function sourceExcerpt(place: SourcePlace, { paint, sourceLine }: Omit<FailureStyle, 'links'>): string[] {
  const line = sourceLine(place);
  const head = `  ${paint.faint('at')} ${oneLine(placeText(place))}`;
  if (line === null) return [head];
  const number = String(place.line);
  const indent = ' '.repeat(number.length);
  const before = cleanText(line.slice(0, place.column - 1));
  return [
    head,
    paint.faint(`    ${number} │ `) + cleanText(line),
    paint.faint(`    ${indent} │ `) + ' '.repeat(before.length) + paint.failed('^'),
  ];
}

function exitText({ exit, durationMs, startedAtMs, verdict }: StepResult): string {
  const isUnstartable = verdict.outcome === 'failed' && verdict.reason === 'command';
  if (startedAtMs === null || isUnstartable) return 'it never started';
  return `${exit === null ? 'not known' : describeExit(exit)}, after ${formatDuration(durationMs)}`;
}

function outputSection(name: string, output: KeptOutput, paint: Paint): string[] {
  if (output.totalBytes === 0) return [];
  const lines = cleanText(wholeOutput(output)).replace(/\n$/u, '').split('\n');
  return section(name, lastLines(lines, failureOutputLinesMax), paint);
}

function lastLines(lines: readonly string[], count: number): string[] {
  const cut = lines.length - count;
  return cut <= 0 ? [...lines] : [`… ${counted(cut, 'earlier line')}`, ...lines.slice(-count)];
}

function section(name: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return [];
  return [`  ${paint.faint(name)}`, ...lines.map((line) => `  ${paint.faint('│')} ${cleanText(line)}`)];
}

/** A name and a value, further lines of which line up below the first. */
function fact(name: string, lines: readonly string[], paint: Paint): string[] {
  return lines.map((line, index) => `  ${paint.faint((index === 0 ? name : '').padEnd(9))} ${line}`);
}

function placeOf(record: ScenarioRecord, where: StepPlace): string {
  const attempt = record.attempts.findLast(({ agent }) => agent === where.agent);
  const host = attempt ? ` (host ${attempt.host})` : '';
  const what = where.service === null ? 'workspace' : `service ${where.service}`;
  const fresh = attempt?.fresh ? ' in fresh containers' : '';
  const number = attempt && attempt.attempt > 1 ? `, attempt ${attempt.attempt}${fresh}` : '';
  return oneLine(
    `agent ${where.agent}${host}, container ${where.container.slice(0, 12)} (${what}), ${where.executor} exec${number}`,
  );
}

/** What no step says: what kept the scenario from running, or what its spans were not. */
function scenarioTrouble(record: ScenarioRecord, verdict: Verdict, style: FailureStyle): string[] {
  const last = record.attempts.at(-1);
  const checks = record.failedChecks;
  return [
    '',
    `  ${styleOf(verdict.outcome, style.paint)(blameText(verdict))}`,
    ...message(verdict, checks).map((line) => `  ${line}`),
    ...(checks.every(({ source }) => source === null) ? sourceExcerpt(record.source, style) : []),
    ...checks.flatMap((check) => renderCheck(check, style)),
    ...(last ? fact('ran on', [oneLine(`agent ${last.agent} (host ${last.host})`)], style.paint) : []),
  ];
}

function traceFact(record: ScenarioRecord, { links, paint }: FailureStyle): string[] {
  const link = links.scenario(record);
  return link === null ? [] : fact('trace', [link], paint);
}

function skippedNote(record: ScenarioRecord, paint: Paint): string[] {
  const count = record.steps.filter((step) => step.result?.verdict.outcome === 'skipped').length;
  if (count === 0) return [];
  return [paint.faint(`  ${counted(count, 'step')} ${count === 1 ? 'was' : 'were'} skipped because of it`)];
}

function earlierAttempts(record: ScenarioRecord, paint: Paint): string[] {
  const earlier = record.attempts.slice(0, -1).filter(({ verdict }) => isBad(verdict));
  return earlier.slice(-earlierAttemptsShownMax).flatMap(({ attempt, agent, host, verdict, state }) => {
    const ended = verdict === null ? state : endedText(verdict, record.verdict);
    return fact(`attempt ${attempt}`, [oneLine(`${ended} (agent ${agent}, host ${host})`)], paint);
  });
}

/** What is said above already is not said again. */
function endedText(verdict: Verdict, last: Verdict | null): string {
  const full = `${blameText(verdict)}: ${messageOf(verdict)}`;
  const isSame = last !== null && full === `${blameText(last)}: ${messageOf(last)}`;
  return isSame ? `${verdict.outcome} in the same way` : full;
}

function messageOf(verdict: Verdict): string {
  return verdict.outcome === 'passed' ? '' : verdict.message;
}
