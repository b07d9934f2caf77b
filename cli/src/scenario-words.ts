/** The words and colors of verdicts: the same in the live view, the summary and `show`. */

import { unreachable } from '@cleangrid/core/errors.ts';
import type { ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { suspectsPollution } from '@cleangrid/core/suspects-pollution.ts';
import type { Outcome, Verdict } from '@cleangrid/core/verdict.ts';
import type { Paint, Style } from './paint.ts';

export type OutcomeWord = Outcome | 'flaky' | 'unfinished';

export function outcomeWord(verdict: Verdict | null, flaky = false): OutcomeWord {
  if (verdict === null) return 'unfinished';
  return flaky && verdict.outcome === 'passed' ? 'flaky' : verdict.outcome;
}

/** Padded to one width, so that what follows lines up. */
export function badge(word: OutcomeWord, paint: Paint): string {
  return styleOf(word, paint)(badgeText(word).padEnd(9));
}

export function styleOf(word: OutcomeWord, paint: Paint): Style {
  switch (word) {
    case 'passed':
      return paint.passed;
    case 'failed':
      return paint.failed;
    case 'broken':
      return paint.broken;
    case 'skipped':
    case 'flaky':
    case 'cancelled':
    case 'unfinished':
      return paint.skipped;
    default:
      return unreachable(word);
  }
}

/** Failing words are shouted: they are what a reader looks for. */
function badgeText(word: OutcomeWord): string {
  return word === 'failed' || word === 'broken' || word === 'flaky' ? word.toUpperCase() : word;
}

/** Whose fault it was, as a reader needs to know before anything else. */
export function blameText(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'passed':
      return 'passed';
    case 'failed':
      return `failed (${verdict.reason})`;
    case 'broken':
      return `broken (${verdict.reason}): the grid's fault, not the suite's`;
    case 'skipped':
      return `skipped (${verdict.reason})`;
    case 'cancelled':
      return `cancelled (${verdict.reason})`;
    default:
      return unreachable(verdict);
  }
}

/** Why it passed only in a later attempt, where that is known. */
export function pollutionText(record: Pick<ScenarioRecord, 'attempts'>): string {
  return suspectsPollution(record) ? ', suspected pollution: it passed in fresh containers' : '';
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
