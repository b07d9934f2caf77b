/** What a person writes for a step → that step of a run. Reads the run once, and keeps the few steps that fit. */

import { GridError } from '@cleangrid/core/errors.ts';
import { matchesShownMax } from '@cleangrid/core/limits.ts';
import type { ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import { oneLine } from './one-line.ts';

export interface FoundStep {
  /** Counted through the whole run, from 1: as `show` lists it. */
  number: number;
  scenario: ScenarioRecord;
  step: StepRecord;
}

/** Its number, its whole name, a part of its name, or a part of `scenario › step`, in any case: the first of these that fits. Throws `bad_usage` unless it is one. */
export async function findStep(scenarios: AsyncIterable<ScenarioRecord>, wanted: string): Promise<FoundStep> {
  const named = new Matches();
  const partOfName = new Matches();
  const partOfBoth = new Matches();
  const part = wanted.toLowerCase();
  let number = 0;
  for await (const scenario of scenarios) {
    for (const step of scenario.steps) {
      number += 1;
      const found = { number, scenario, step };
      if (String(number) === wanted) return found;
      const name = step.name.toLowerCase();
      if (name === part) named.add(found);
      if (name.includes(part)) partOfName.add(found);
      if (`${scenario.name.toLowerCase()} › ${name}`.includes(part)) partOfBoth.add(found);
    }
  }
  const best = [named, partOfName].find(({ count }) => count > 0) ?? partOfBoth;
  return best.only(wanted);
}

class Matches {
  count = 0;
  readonly #first: FoundStep[] = [];

  add(found: FoundStep): void {
    this.count += 1;
    if (this.#first.length < matchesShownMax) this.#first.push(found);
  }

  only(wanted: string): FoundStep {
    const [first] = this.#first;
    if (!first)
      throw new GridError('bad_usage', `the run has no step ${wanted}`, {
        hint: 'List its steps with cleangrid show and the run alone.',
      });
    if (this.count === 1) return first;
    const names = this.#first.map(
      ({ number, scenario, step }) => `\n    ${number}  ${oneLine(`${scenario.name} › ${step.name}`)}`,
    );
    const more = this.count > names.length ? '\n    …' : '';
    throw new GridError('bad_usage', `${this.count} steps fit "${wanted}"`, {
      hint: `Write the number of one:${names.join('')}${more}`,
    });
  }
}
