/** The spans of one attempt of a scenario, for its expectations: those of the programs under test, and our own. */

import type { Span } from './span.ts';
import type { ArrivedSpans } from './span-expectations.ts';

/** By the instrumentation scope and the name of what made it: no program that is not cleangrid has both by chance. */
export function isOwnSpan({ scope, resource }: Pick<Span, 'scope' | 'resource'>): boolean {
  return scope === 'cleangrid' && String(resource['service.name']).startsWith('cleangrid-');
}

/** Spans of all that was stored of the attempt whose verdict counts. The coordinator's own tell of the grid, and nobody expects them. */
export function arrivedSpans(spans: readonly Span[]): ArrivedSpans {
  return {
    spans: spans.filter((span) => !isOwnSpan(span)),
    own: spans.filter((span) => isOwnSpan(span) && span.resource['service.name'] === 'cleangrid-agent'),
  };
}
