/** `cleangrid trace`: where the time of a run went, as a tree of its spans. */

import { scenarioTraceLinesMax, traceLinesMax } from '@cleangrid/core/limits.ts';
import type { RunRecord } from '@cleangrid/core/run-service.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';
import { checkTrace } from '../check-trace.ts';
import type { CommandContext } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { findScenario } from '../find-scenario.ts';
import type { TraceOptions } from '../handlers.ts';
import { holdSpans, readTrace, type TracedRun } from '../read-trace.ts';
import { lossText, renderTree } from '../render-tree.ts';
import { shownTree } from '../shown-tree.ts';
import { SpanWriter } from '../span-writer.ts';
import { type Output, writeLines } from '../terminal.ts';
import { readTraceUrl, traceLinks } from '../trace-links.ts';
import { useHistory } from '../use-grid.ts';
import { stateText, timeText } from './runs.ts';

export async function traceCommand(
  wanted: string,
  options: TraceOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = context.terminal;
  const traceUrl = readTraceUrl(options, context.config);
  return useHistory(options, context, async (history) => {
    const record = await findRun(history, wanted);
    const { run } = record;
    const scenario =
      options.scenario === undefined ? null : await findScenario(history.scenarios(run), options.scenario);
    const traced = { history, record, scenario };
    if (options.check) return await checkTrace(traced, options, context);
    if (options.json) await writeJson(traced, out);
    else await writeTree(traced, { out, link: linkOf(traced, traceUrl) });
    return exitCodes.passed;
  });
}

/** Holds the spans that it shows. */
async function writeTree(
  { history, record, scenario }: TracedRun,
  { out, link }: { out: Output; link: string | null },
): Promise<void> {
  const { run, traceMode } = record;
  const held = await holdSpans(readTrace(history, record, scenario?.ordinal));
  const rootId = runSpan(run).spanId;
  const spans = held.map(({ span }) => span);
  const root = spans.find(({ spanId }) => spanId === rootId);
  const shown = scenario === null ? untilNow(spans, root, record) : spans.filter((span) => span !== root);
  const { paint } = out;
  writeLines(out, [
    `${paint.title(`run ${run}`)}  ${stateText(record, paint).trimEnd()}  ${timeText(record.submittedAtMs)}`,
    ...(link === null ? [] : [link]),
    paint.faint(traceMode === 'single' ? `trace ${runSpan(run).traceId}` : 'a trace for each attempt'),
    '',
    ...renderTree(shownTree(shown), {
      paint,
      columns: out.columns(),
      linesMax: scenario === null ? traceLinesMax : scenarioTraceLinesMax,
      withTraceIds: traceMode === 'linked',
    }),
    ...lossText(root, paint),
  ]);
}

function linkOf({ record, scenario }: TracedRun, own: string | null): string | null {
  const links = traceLinks(record, own);
  return scenario === null ? links.run : links.scenario(scenario.scenario);
}

/** A run that goes on has no end yet. */
function untilNow(spans: Span[], root: Span | undefined, { finishedAtMs }: RunRecord): Span[] {
  if (!root || finishedAtMs !== null) return spans;
  const endUs = spans.reduce((latest, span) => Math.max(latest, span.endUs), root.endUs);
  return spans.map((span) => (span === root ? { ...span, endUs } : span));
}

/** Holds one batch at a time. */
async function writeJson({ history, record, scenario }: TracedRun, out: Output): Promise<void> {
  const writer = new SpanWriter(out, record);
  for await (const read of readTrace(history, record, scenario?.ordinal)) writer.write(read);
  writer.end();
}
