/** For tests: expectations on spans as suites write them, evaluated. */

import { expectedSpans, suiteWith } from '../suite/compile-text.ts';
import { evaluateSpans } from '../trace/evaluate-spans.ts';
import type { Span } from '../trace/span.ts';

/** What came instead of what a scenario expects: TOML in one line after `expect.`. */
export function missed(expectation: string, spans: Span[], own: Span[] = []): string[] {
  const expectations = expectedSpans(suiteWith({ scenario: `expect.${expectation}` }));
  return evaluateSpans(expectations, { spans, own }).map(({ actual }) => actual);
}
