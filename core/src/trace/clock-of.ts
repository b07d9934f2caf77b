/** Whose clock a span's times are of. */

import type { Span } from './span.ts';

/** From the most to the least that can be known of the host. */
const hostAttributes = ['host.id', 'host.name', 'service.instance.id'] as const;

/**
 * A name for the clock by which the span's times were taken: times of two spans may only be compared if it is the same. Spans that do
 * not say where they were made, as many libraries leave it, count as of one host: what arrives together is of one attempt.
 */
export function clockOf({ resource }: Pick<Span, 'resource'>): string {
  const key = hostAttributes.find((name) => Object.hasOwn(resource, name));
  return key === undefined ? 'of a host that is not named' : `${key} ${JSON.stringify(resource[key])}`;
}
