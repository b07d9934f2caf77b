/** How the spans of a run are laid out: one trace that one can look at, or many that are linked where one would be too large to draw. */

import { singleTraceSpansMax } from '../limits.ts';

export const traceModesAsked = ['auto', 'single', 'linked', 'off'] as const;
export type TraceModeAsked = (typeof traceModesAsked)[number];

/** `linked`: the run has a small trace, and each attempt of a shard has one of its own. `off`: nothing is recorded. */
export type TraceMode = Exclude<TraceModeAsked, 'auto'>;

/** What `auto` means for a plan is decided before it is submitted, so that links can be said early. */
export function chooseTraceMode(
  asked: TraceModeAsked,
  plan: { scenarios: readonly { steps: readonly unknown[] }[] },
): TraceMode {
  if (asked !== 'auto') return asked;
  const steps = plan.scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
  const spans = runSpans + plan.scenarios.length * scenarioSpans + steps * stepSpans;
  return spans <= singleTraceSpansMax ? 'single' : 'linked';
}

/** The run and its plan; queue, scenario, lease and a container or two; a step and its command. */
const runSpans = 2;
const scenarioSpans = 5;
const stepSpans = 2;
