/** What a person sees of a run: live where there is a terminal, lines elsewhere. */

import { noTraceLinks } from '@cleangrid/core/report/trace-links.ts';
import type { RunEvent, RunRecord, Watched } from '@cleangrid/core/run-service.ts';
import { summaryFailuresMax } from '@cleangrid/core/limits.ts';
import type { CommandContext } from './command-context.ts';
import { type Detail, eventDescriber, type EventStyle, scenarioLabel } from './describe-event.ts';
import { LiveLines } from './live-lines.ts';
import type { Paint } from './paint.ts';
import { PlainLines } from './plain-lines.ts';
import type { RunOptions } from './handlers.ts';
import type { SubmissionRead } from './read-submission.ts';
import { isBad } from './render-failure.ts';
import { type FailureNote, noteFailure, renderSummary } from './render-summary.ts';
import type { RunLines } from './run-lines.ts';
import { followProgress, type RunOutline } from './run-progress.ts';
import { sourceLines } from './source-lines.ts';
import { runningLine, statusBlock, type StatusFrame, statusLine } from './status-block.ts';
import { writeLines } from './terminal.ts';
import { traceLinks } from './trace-links.ts';

export interface RunView {
  readonly paint: Paint;
  show(event: RunEvent): void;
  /** Something outside of the run's events that people should know. */
  note(lines: readonly string[]): void;
  /** What is being done as a whole, one or two words. */
  setState(state: string): void;
  /** No status after it. Closing again does nothing. */
  close(): void;
  /** Shows nothing any more: what ends from now on ends because it was abandoned. */
  mute(): void;
  summarize(record: RunRecord, exitCode: number): void;
}

export interface ViewedRun {
  plan: RunOutline;
  read: Pick<SubmissionRead, 'files'>;
  options: Pick<RunOptions, 'verbose' | 'quiet' | 'logLevel'>;
  /** The caller's own, as `readTraceUrl` gives it. */
  traceUrl: string | null;
}

/** What the view shows of a run, and so has to know. */
export function fromBeginning({ verbose }: Pick<RunOptions, 'verbose'>): Watched {
  return { cursor: 0, steps: verbose ? 'every' : 'failures' };
}

export function openRunView(viewed: ViewedRun, context: CommandContext): RunView {
  const { plan, options } = viewed;
  const { out } = context.terminal;
  const { clock } = context;
  const progress = followProgress(plan, () => clock.monotonicMs());
  const startedAtMs = clock.monotonicMs();
  const { links, started } = openLinks(viewed);
  const style = eventStyle(viewed, context);
  const describe = eventDescriber({ ...style, links });
  let state = 'starting';
  const frame = (): StatusFrame => ({
    progress,
    paint: out.paint,
    nowMs: clock.monotonicMs(),
    startedAtMs,
    rows: out.rows(),
    state,
  });
  const lines = openLines(options, context, frame);
  const failures: FailureNote[] = [];
  let isClosed = false;
  let isMuted = false;
  const close = (): void => {
    if (!isClosed) lines.close();
    isClosed = true;
  };
  return {
    paint: out.paint,
    show(event) {
      if (isMuted) return;
      progress.apply(event);
      if (event.kind === 'run_started') {
        lines.print(started(event.record));
        if (state === 'starting') state = 'running';
      }
      if (event.kind === 'scenario_finished' && isFailure(event) && failures.length < summaryFailuresMax)
        failures.push(noteFailure(event.record, style.withSuite));
      lines.print(describe(event));
      lines.changed();
    },
    note(noted) {
      if (!isMuted) lines.print(noted);
    },
    setState(next) {
      state = next;
      if (!isMuted) lines.changed();
    },
    close,
    mute() {
      close();
      isMuted = true;
    },
    summarize(record, exitCode) {
      if (!isMuted) writeLines(out, renderSummary({ record, failures, exitCode }, out.paint));
    },
  };
}

function eventStyle({ plan, read, options }: ViewedRun, context: CommandContext): Omit<EventStyle, 'links'> {
  const withSuite = plan.suites.length > 1;
  const names = new Map(plan.scenarios.map((scenario) => [scenario.id, scenarioLabel(scenario, withSuite)]));
  return {
    paint: context.terminal.out.paint,
    detail: detailOf(options),
    withSuite,
    sourceLine: sourceLines(context.cwd, new Map(read.files.map(({ path, text }) => [path, text]))),
    scenarioName: (scenario) => names.get(scenario) ?? scenario,
  };
}

/** They are known when the run has started; what is said of it then. */
function openLinks({ traceUrl, options }: ViewedRun): {
  links: EventStyle['links'];
  started(record: RunRecord): string[];
} {
  let links = noTraceLinks;
  return {
    links: { scenario: (record) => links.scenario(record) },
    started(record) {
      links = traceLinks(record, traceUrl);
      return links.run === null || options.quiet ? [] : [`trace ${links.run}`];
    },
  };
}

function openLines(
  options: ViewedRun['options'],
  { terminal, clock, config }: CommandContext,
  frame: () => StatusFrame,
): RunLines {
  const { out } = terminal;
  // A log that is shown as well would be torn by lines that move.
  const isLive = out.isLive && (options.logLevel ?? config.logLevel) === null;
  return isLive
    ? new LiveLines(out, clock, () => statusBlock(frame()))
    : new PlainLines(out, clock, () => silenceLines(frame()));
}

function detailOf({ verbose, quiet }: ViewedRun['options']): Detail {
  if (quiet) return 'quiet';
  return verbose ? 'verbose' : 'normal';
}

function isFailure({ record }: RunEvent & { kind: 'scenario_finished' }): boolean {
  return isBad(record.verdict) && record.verdict?.outcome !== 'cancelled';
}

/** After a long silence: how far it is, and what it is that takes so long. */
function silenceLines(frame: StatusFrame): string[] {
  const [longest] = frame.progress.running.values();
  return [statusLine(frame), ...(longest ? [runningLine(longest, frame)] : [])];
}
