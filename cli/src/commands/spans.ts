/** `cleangrid spans`: the spans of a run that have what is looked for. Holds one batch of them at a time. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { shardPlace } from '@cleangrid/core/shard-plan.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { scenarioLabel } from '../describe-event.ts';
import { findRun } from '../find-run.ts';
import { findScenario } from '../find-scenario.ts';
import type { SpansOptions } from '../handlers.ts';
import { oneLine } from '../one-line.ts';
import { readTrace, type TracedRun } from '../read-trace.ts';
import { type SpanSearch, spanSearch } from '../span-search.ts';
import { SpanWriter } from '../span-writer.ts';
import type { Output } from '../terminal.ts';
import { useHistory } from '../use-grid.ts';

export async function spansCommand(
  wanted: string,
  options: SpansOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = context.terminal;
  const search = options.grep === undefined ? null : spanSearch(options.grep);
  return useHistory(options, context, async (history) => {
    const record = await findRun(history, wanted);
    const { scenarios } = history;
    const scenario =
      options.scenario === undefined ? null : await findScenario(scenarios(record.run), options.scenario);
    const traced = { history, record, scenario };
    const found = options.json ? await writeJson(traced, search, out) : await writeFound(traced, search, out);
    return found ? exitCodes.passed : exitCodes.failed;
  });
}

/** Whether there was one. */
async function writeFound(traced: TracedRun, search: SpanSearch | null, out: Output): Promise<boolean> {
  const { history, record, scenario } = traced;
  const names: string[] = [];
  for await (const one of history.scenarios(record.run))
    names.push(scenarioLabel(one, record.suites.length > 1));
  let isFound = false;
  for await (const { span, of } of readTrace(history, record, scenario?.ordinal)) {
    const facts = search === null ? [] : search(span);
    if (facts === null) continue;
    isFound = true;
    const ordinal = of === null ? undefined : shardPlace(of.shard)?.scenario;
    const where = ordinal === undefined ? '(run)' : (names[ordinal] ?? '');
    const took = formatDuration(Math.max(0, span.endUs - span.startUs) / 1000).padStart(8);
    const error = span.status.code === 'error' ? `  ${out.paint.failed('error')}` : '';
    const shown = facts.map((fact) => `  ${out.paint.faint(oneLine(fact))}`).join('');
    out.write(`${out.paint.faint(took)}  ${where} › ${oneLine(span.name)}${error}${shown}\n`);
  }
  return isFound;
}

async function writeJson(traced: TracedRun, search: SpanSearch | null, out: Output): Promise<boolean> {
  const { history, record, scenario } = traced;
  const writer = new SpanWriter(out, record);
  for await (const read of readTrace(history, record, scenario?.ordinal)) {
    if (search === null || search(read.span) !== null) writer.write(read);
  }
  writer.end();
  return writer.count > 0;
}
