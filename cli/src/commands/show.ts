/** `cleangrid show`: a run again, or one of its steps. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import type { TraceLinks } from '@cleangrid/core/report/trace-links.ts';
import type { RunRecord, ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext, RunHistory } from '../command-context.ts';
import { scenarioLabel } from '../describe-event.ts';
import { findRun } from '../find-run.ts';
import { findStep } from '../find-step.ts';
import { oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import { renderFailure, renderStepHead } from '../render-failure.ts';
import { countsText } from '../render-summary.ts';
import { badge, outcomeWord, pollutionText } from '../scenario-words.ts';
import { sourceLines } from '../source-lines.ts';
import type { SettingFlags } from '../settings.ts';
import { outputLines } from '../step-output.ts';
import { writeLines } from '../terminal.ts';
import { readTraceUrl, traceLinks } from '../trace-links.ts';
import { useHistory } from '../use-grid.ts';
import { stateText, timeText } from './runs.ts';

export async function showCommand(
  { run, step }: { run: string; step?: string | undefined },
  flags: SettingFlags,
  context: CommandContext,
): Promise<number> {
  const traceUrl = readTraceUrl(flags, context.config);
  return useHistory(flags, context, async (history) => {
    const record = await findRun(history, run);
    const shown = { record, history, links: traceLinks(record, traceUrl) };
    if (step === undefined) await showRun(shown, context);
    else await showStep(shown, step, context);
    return exitCodes.passed;
  });
}

interface ShownRun {
  record: RunRecord;
  history: RunHistory;
  links: TraceLinks;
}

async function showRun(
  { record, history, links }: ShownRun,
  { terminal, cwd }: CommandContext,
): Promise<void> {
  const { out } = terminal;
  const { paint } = out;
  const style = { paint, sourceLine: sourceLines(cwd), links };
  const { submittedAtMs, finishedAtMs } = record;
  const took = finishedAtMs === null ? '' : `, took ${formatDuration(finishedAtMs - submittedAtMs)}`;
  writeLines(out, [
    `${paint.title(`run ${record.run}`)}  ${stateText(record, paint).trimEnd()}  ${timeText(submittedAtMs)}${took}`,
    `  scenarios  ${record.scenarioCount}: ${countsText(record.scenarios, paint)}`,
    `  steps      ${record.stepCount}: ${countsText(record.steps, paint)}`,
    ...(links.run === null ? [] : [`  trace      ${links.run}`]),
  ]);
  let number = 0;
  for await (const scenario of history.scenarios(record.run)) {
    writeLines(out, ['', scenarioLine(scenario, record.suites.length > 1, paint)]);
    for (const step of scenario.steps) {
      number += 1;
      out.write(`${stepLine(number, step, paint)}\n`);
    }
    writeLines(out, renderFailure(scenario, style));
  }
}

function scenarioLine(scenario: ScenarioRecord, withSuite: boolean, paint: Paint): string {
  const last = scenario.attempts.at(-1);
  const where = last ? `  agent ${last.agent} on ${last.host}` : '';
  const attempts =
    scenario.attempts.length > 1 ? `, ${scenario.attempts.length} attempts${pollutionText(scenario)}` : '';
  const waited = scenario.waitedMs > 0 ? `, waited ${formatDuration(scenario.waitedMs)}` : '';
  const facts = `${formatDuration(scenario.durationMs)}${waited}${attempts}${oneLine(where) === '' ? '' : `, ${oneLine(where)}`}`;
  return `${badge(outcomeWord(scenario.verdict, scenario.flaky), paint)} ${paint.title(scenarioLabel(scenario, withSuite))}  ${paint.faint(facts)}`;
}

function stepLine(number: number, { name, phase, result }: StepRecord, paint: Paint): string {
  const duration = result === null || result.startedAtMs === null ? '' : formatDuration(result.durationMs);
  const label = phase === 'steps' ? oneLine(name) : `${phase}: ${oneLine(name)}`;
  return `${String(number).padStart(7)}  ${badge(outcomeWord(result?.verdict ?? null), paint)} ${label}  ${paint.faint(duration)}`;
}

async function showStep(
  { record, history, links }: ShownRun,
  wanted: string,
  { terminal, cwd }: CommandContext,
): Promise<void> {
  const { out } = terminal;
  const { number, scenario, step } = await findStep(history.scenarios(record.run), wanted);
  const style = { paint: out.paint, sourceLine: sourceLines(cwd), links };
  writeLines(out, [
    `${out.paint.title(`step ${number} of run ${record.run}`)}  ${scenarioLabel(scenario, record.suites.length > 1)} › ${oneLine(step.name)}`,
    ...renderStepHead(scenario, step, style),
  ]);
  if (step.result === null) return;
  writeLines(out, outputLines('stdout', step.result.stdout, out.paint));
  writeLines(out, outputLines('stderr', step.result.stderr, out.paint));
}
