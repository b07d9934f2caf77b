/** For tests: forests of spans, in any order. */

import fc, { type Arbitrary } from 'fast-check';
import type { Span } from '../trace/span.ts';
import { fakeSpan } from './spans.ts';

/** `parent` is the place of an earlier one in the list; null: a root. Ids are their places. */
export interface PlannedSpan {
  name: string;
  parent: number | null;
  startUs: number;
  durationUs: number;
  attributes: Record<string, string | number>;
}

const planned: Arbitrary<Omit<PlannedSpan, 'parent'> & { pick: number }> = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  pick: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  startUs: fc.nat(5),
  durationUs: fc.nat(1000),
  attributes: fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(fc.nat(2), fc.constantFrom('1', 'v'))),
});

export const forest: Arbitrary<PlannedSpan[]> = fc.array(planned, { maxLength: 12 }).map((all) =>
  all.map(({ pick, ...rest }, index) => {
    const place = Math.floor(pick * (index + 1));
    return { ...rest, parent: place === index ? null : place };
  }),
);

/** `salt` makes other ids, `laterUs` other times. */
export function spansOf(
  planned: readonly PlannedSpan[],
  { salt = 0, laterUs = 0 }: { salt?: number; laterUs?: number } = {},
): Span[] {
  const idOf = (place: number): string => ((place + 1) * 7919 + salt).toString(16).padStart(16, '0');
  return planned.map(({ name, parent, startUs, durationUs, attributes }, place) =>
    fakeSpan(name, {
      traceId: String(salt).padStart(32, '0'),
      spanId: idOf(place),
      parentSpanId: parent === null ? null : idOf(parent),
      startUs: startUs + laterUs,
      endUs: startUs + laterUs + durationUs,
      attributes,
    }),
  );
}
