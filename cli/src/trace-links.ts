/** Links to the traces of a run: their ids follow from what the run is, so that a link can be said before anything was sent. */

import { GridError } from '@cleangrid/core/errors.ts';
import { noTraceLinks, type TraceLinks } from '@cleangrid/core/report/trace-links.ts';
import type { RunRecord } from '@cleangrid/core/run-service.ts';
import { traceLink, traceTemplate } from '@cleangrid/core/trace/trace-url.ts';
import { attemptSpanId, queueSpan, runSpan } from '@cleangrid/proto/trace-ids.ts';
import type { Config } from './config.ts';
import { type TraceName, traceSettings } from './grid-settings.ts';
import { oneLine } from './one-line.ts';
import { type SettingFlags, Settings } from './settings.ts';

/** The template of the caller; null: nothing was said. Throws `bad_usage`. */
export function readTraceUrl(
  flags: SettingFlags,
  { environment }: Pick<Config, 'environment'>,
): string | null {
  return traceUrlOf(new Settings(traceSettings, { flags, environment, file: new Map() }));
}

/** Throws `bad_usage`. */
export function traceUrlOf(settings: Pick<Settings<TraceName>, 'chosen'>): string | null {
  const chosen = settings.chosen('trace-url');
  if (chosen === null) return null;
  const template = traceTemplate(chosen.text);
  if (template !== null) return template;
  throw new GridError(
    'bad_usage',
    `'${chosen.text}' (${chosen.origin}) is not where traces can be looked at`,
    {
      hint: 'Write the address of a Jaeger, like http://localhost:16686, or a URL with {trace} in it.',
    },
  );
}

/** `own`: the caller's template, which wins over the one that the run remembers. */
export function traceLinks(
  { run, traceMode, traceUrl }: Pick<RunRecord, 'run' | 'traceMode' | 'traceUrl'>,
  own: string | null,
): TraceLinks {
  // That of a run comes from its coordinator, and goes to terminals and reports.
  const template = own ?? (traceUrl === null ? null : oneLine(traceUrl));
  if (template === null || traceMode === 'off') return noTraceLinks;
  return {
    run: traceLink(template, runSpan(run)),
    scenario: ({ attempts }) => {
      const attempt = attempts.findLast(({ verdict }) => verdict?.outcome !== 'passed') ?? attempts.at(-1);
      if (!attempt) return null;
      const ref = { run, shard: attempt.shard, attempt: attempt.attempt };
      const { traceId } = queueSpan(traceMode, ref);
      return traceLink(template, { traceId, spanId: attemptSpanId(ref, 'scenario') });
    },
  };
}
