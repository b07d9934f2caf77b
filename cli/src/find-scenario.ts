/** What a person writes for a scenario → that scenario of a run, and its place in the plan. Reads the run once. */

import { GridError } from '@cleangrid/core/errors.ts';
import { matchesShownMax } from '@cleangrid/core/limits.ts';
import type { ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { scenarioLabel } from './describe-event.ts';

export interface FoundScenario {
  /** In the plan, from 0. */
  ordinal: number;
  scenario: ScenarioRecord;
}

/** Its whole name, else a part of it, in any case, also of `suite › scenario`. Throws `bad_usage` unless that is one. */
export async function findScenario(
  scenarios: AsyncIterable<ScenarioRecord>,
  wanted: string,
): Promise<FoundScenario> {
  const part = wanted.toLowerCase();
  const named: FoundScenario[] = [];
  const parts: FoundScenario[] = [];
  let partCount = 0;
  let ordinal = 0;
  for await (const scenario of scenarios) {
    const found = { ordinal, scenario };
    ordinal += 1;
    if (scenario.name.toLowerCase() === part) named.push(found);
    if (!scenarioLabel(scenario, true).toLowerCase().includes(part)) continue;
    partCount += 1;
    if (parts.length < matchesShownMax) parts.push(found);
  }
  const [only, ...others] = named.length > 0 ? named : parts;
  if (only && others.length === 0) return only;
  if (!only)
    throw new GridError('bad_usage', `the run has no scenario ${wanted}`, {
      hint: 'List its scenarios with cleangrid show and the run.',
    });
  const names = [only, ...others].map(({ scenario }) => `\n    ${scenarioLabel(scenario, true)}`);
  const more = partCount > names.length ? '\n    …' : '';
  throw new GridError('bad_usage', `${Math.max(partCount, names.length)} scenarios fit "${wanted}"`, {
    hint: `Write more of one:${names.slice(0, matchesShownMax).join('')}${more}`,
  });
}
