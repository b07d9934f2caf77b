/** `expect.counts`: how many spans, errors and events there should be. */

import { spanCountMax } from '../limits.ts';
import type { CountBound, SpanExpectation, TotalCount } from '../trace/span-expectations.ts';
import { type Decoder, mapped, namedValues, optional, table } from './decoder.ts';
import { joined, type Lists, placed } from './expectation-lists.ts';
import { integer, refined } from './read-values.ts';

type Comparison = CountBound['comparison'];

const bounds: Decoder<CountBound[]> = refined(
  mapped(
    table<Record<Comparison, number | null>>({
      what: 'an expected number',
      fields: {
        eq: optional('eq', integer(0, spanCountMax), null),
        lt: optional('lt', integer(0, spanCountMax), null),
        lte: optional('lte', integer(0, spanCountMax), null),
        gt: optional('gt', integer(0, spanCountMax), null),
        gte: optional('gte', integer(0, spanCountMax), null),
      },
    }),
    (written) =>
      Object.entries(written).flatMap(([comparison, limit]) =>
        limit === null ? [] : [{ comparison: comparison as Comparison, limit }],
      ),
  ),
  (all) => (all.length === 0 ? ['CG1105', 'this expects nothing'] : null),
);

function total(kind: TotalCount): Decoder<SpanExpectation[]> {
  return placed(bounds, (all, source) => [{ kind, bounds: all, source }]);
}

const byName: Decoder<SpanExpectation[]> = mapped(
  namedValues(
    'by_name is a table of names of spans',
    (name) => (name === '' ? 'the name of a span must not be empty' : null),
    placed(bounds, (all, source) => ({ bounds: all, source })),
  ),
  (written) => Object.entries(written).map(([name, rest]) => ({ kind: 'by_name', name, ...rest })),
);

export const counts: Decoder<SpanExpectation[]> = joined(
  table<Lists<TotalCount | 'by_name'>>({
    what: 'counts',
    fields: {
      spans_total: optional('spans_total', total('spans_total'), []),
      errors_total: optional('errors_total', total('errors_total'), []),
      events_total: optional('events_total', total('events_total'), []),
      by_name: optional('by_name', byName, []),
    },
  }),
);
