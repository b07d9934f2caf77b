/** Expectations that no output and no duration can meet together: a suite that can only fail is a mistake. */

import { formatDuration } from '../duration.ts';
import { evaluate } from '../evaluate.ts';
import type { DurationExpectation, OutputExpectation } from '../expectation.ts';

/** What contradicts what; null if nothing does. Patterns are not tried: they could run for long. */
export function contradiction(expectations: readonly OutputExpectation[]): string | null {
  const others = expectations.filter(({ kind }) => kind !== 'matches' && kind !== 'not_matches');
  for (const one of others) {
    const misses = onlyOutputs(one)?.map((text) => missed(others, text));
    if (misses?.every((miss) => miss !== null))
      return `no output meets both \`${one.kind}\` and \`${misses[0]}\``;
    if (one.kind !== 'contains') continue;
    const forbidden = others.find((other) => other.kind === 'not_contains' && one.text.includes(other.text));
    if (forbidden) return 'no output meets both `contains` and `not_contains`';
    if (others.some((other) => other.kind === 'empty' && other.empty))
      return 'no output meets both `contains` and `empty`';
  }
  return null;
}

/** Every output that meets the expectation, where it leaves but few. */
function onlyOutputs(expectation: OutputExpectation): string[] | null {
  switch (expectation.kind) {
    case 'equals':
      return [expectation.text, `${expectation.text}\n`];
    case 'lines':
      return [expectation.lines.join('\n'), `${expectation.lines.join('\n')}\n`];
    case 'empty':
      return expectation.empty ? [''] : null;
    default:
      return null;
  }
}

/** The kind of an expectation that this output does not meet. */
function missed(expectations: readonly OutputExpectation[], text: string): string | null {
  const [check] = evaluate(
    { exit: { kind: 'any', source: null }, stdout: [...expectations], stderr: [], duration: [] },
    {
      exit: { kind: 'code', code: 0 },
      stdout: { text, complete: true },
      stderr: { text: '', complete: true },
      durationMs: 0,
    },
  );
  return check ? check.what.replace('stdout.', '') : null;
}

/** Null if some duration, in whole milliseconds, meets all. */
export function durationContradiction(expectations: readonly DurationExpectation[]): string | null {
  let least = 0;
  let most = Number.POSITIVE_INFINITY;
  for (const { comparison, limitMs } of expectations) {
    if (comparison === 'gt') least = Math.max(least, limitMs + 1);
    else if (comparison === 'gte') least = Math.max(least, limitMs);
    else most = Math.min(most, comparison === 'lt' ? limitMs - 1 : limitMs);
  }
  return least <= most
    ? null
    : `no duration is both at least ${formatDuration(least)} and at most ${formatDuration(most)}`;
}
