/** The block at the bottom of a live terminal: how far the run is, and what runs now. Pure. */

import { runningShownMax } from '@cleangrid/core/limits.ts';
import { oneLine } from './one-line.ts';
import type { Paint } from './paint.ts';
import type { RunningScenario, RunProgress } from './run-progress.ts';

export interface StatusFrame {
  progress: RunProgress;
  paint: Paint;
  /** Monotonic, like the times in the progress. */
  nowMs: number;
  startedAtMs: number;
  /** Lines that the block may have. */
  rows: number;
  /** What is being done as a whole: `running`, `cancelling` … */
  state: string;
}

export function statusBlock(frame: StatusFrame): string[] {
  const { progress, paint } = frame;
  const room = Math.max(1, Math.min(runningShownMax, frame.rows - 6));
  const running = [...progress.running.values()].slice(0, room);
  const hidden = progress.running.size - running.length;
  return [
    '',
    statusLine(frame),
    ...(progress.waitingFor === null ? [] : [`  ${paint.skipped(oneLine(progress.waitingFor))}`]),
    ...running.map((scenario) => runningLine(scenario, frame)),
    ...(hidden > 0 ? [paint.faint(`  … and ${hidden} more`)] : []),
  ];
}

/** Also what is printed now and then where there is no terminal. */
export function statusLine({ progress, paint, nowMs, startedAtMs, state }: StatusFrame): string {
  const { scenarios, scenarioCount, stepsDone, stepCount, running } = progress;
  const done =
    scenarios.passed + scenarios.failed + scenarios.broken + scenarios.skipped + scenarios.cancelled;
  return [
    `${paint.title(state)} ${elapsed(nowMs - startedAtMs)}`,
    `${done} of ${scenarioCount} scenarios`,
    `${stepsDone} of ${stepCount} steps`,
    scenarios.passed > 0 && paint.passed(`${scenarios.passed} passed`),
    scenarios.failed > 0 && paint.failed(`${scenarios.failed} failed`),
    scenarios.broken > 0 && paint.broken(`${scenarios.broken} broken`),
    running.size > 0 && `${running.size} running`,
  ]
    .filter(Boolean)
    .join(paint.faint(' · '));
}

export function runningLine(scenario: RunningScenario, { paint, nowMs }: StatusFrame): string {
  const [step] = scenario.steps.values();
  const sinceMs = nowMs - (step?.startedAtMs ?? scenario.startedAtMs);
  const others = scenario.steps.size > 1 ? paint.faint(` and ${scenario.steps.size - 1} more`) : '';
  const now = step ? oneLine(step.name) : oneLine(scenario.preparing ?? 'getting ready');
  const number = Math.min(scenario.finished.size + 1, scenario.stepCount);
  const position = paint.faint(`${number}/${scenario.stepCount}`);
  return `  ${elapsed(sinceMs).padStart(6)}  ${oneLine(scenario.name)} ${position} ${now}${others}`;
}

/** Whole seconds: what ticks faster cannot be read. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
