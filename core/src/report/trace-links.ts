/** Links from a report to the spans that it tells of. */

import type { ScenarioRecord } from '../run-service.ts';

export interface TraceLinks {
  /** Null: nobody said where traces can be looked at, or nothing was recorded. */
  readonly run: string | null;
  /** To the attempt that says the most of its verdict. */
  scenario(record: Pick<ScenarioRecord, 'attempts'>): string | null;
}

export const noTraceLinks: TraceLinks = { run: null, scenario: () => null };
