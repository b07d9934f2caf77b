/** The spans of one attempt of a scenario, for its expectations: those of the programs under test, and our own. */

import type { Span } from './span.ts';
import type { ArrivedSpans } from './span-expectations.ts';

/** The instrumentation scope of our own spans. Whoever receives spans of others lets none of them pass under this name. */
export const ownScope = 'cleangrid';

export function isOwnSpan({ scope }: Pick<Span, 'scope'>): boolean {
  return scope === ownScope;
}

/** Spans of all that was stored of the attempt whose verdict counts. The coordinator's own tell of the grid, and nobody expects them. */
export function arrivedSpans(spans: readonly Span[]): ArrivedSpans {
  return {
    spans: spans.filter((span) => !isOwnSpan(span)),
    own: spans.filter((span) => isOwnSpan(span) && span.resource['service.name'] === 'cleangrid-agent'),
  };
}
