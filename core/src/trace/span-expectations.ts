/** What a suite expects of the spans of a scenario. Names are globs (`glob.ts`); each expectation remembers where it was written. */

import type { DurationExpectation } from '../expectation.ts';
import type { SourcePlace } from '../plan.ts';
import type { Attributes, Span, SpanKind, StatusCode } from './span.ts';

/** Never empty. The suite's, then the scenario's own, in the order of the language's keys. */
export type SpanExpectations = readonly SpanExpectation[];

export type SpanExpectation = { source: SourcePlace } & (
  | ({ kind: 'span' } & WantedSpan)
  /** Some span `to` is a child of a span `from`. */
  | { kind: 'must_include'; from: string; to: string }
  /** There are spans `from`, and no span `to` is below one of them, however deep. */
  | { kind: 'must_not_cross'; from: string; to: string }
  /** No span is its own ancestor. */
  | { kind: 'acyclic' }
  | { kind: TotalCount; bounds: CountBound[] }
  | { kind: 'by_name'; name: string; bounds: CountBound[] }
  /** There are spans `inner`, and each begins and ends within one span `outer`. */
  | { kind: 'window'; outer: string; inner: string }
  /** There are spans `later`, and for each one a span `earlier` has ended when it begins, or is its ancestor. */
  | { kind: 'must_precede' | 'must_follow'; earlier: string; later: string }
  /** Of all spans, or, with a name, of those that have it: of at least one. */
  | { kind: 'status'; name: string | null; status: StatusCode }
  /** Every span's resource has these. */
  | { kind: 'resource_attributes'; attributes: Attributes }
  /** No span has this attribute. */
  | { kind: 'forbid_attributes'; key: string }
  /** No span tells of a call to a host that is neither one of these nor the loopback. */
  | { kind: 'no_external_services'; services: string[] }
);

/** One span must be all of this. */
export interface WantedSpan {
  name: string;
  /** Name of its direct parent. */
  parent: string | null;
  spanKind: SpanKind | null;
  attributes: AllAndAny<Attributes>;
  /** Names of events. */
  events: AllAndAny<string[]>;
  duration: DurationExpectation[];
}

/** All of `all`, and one of `any` unless that is empty. */
export interface AllAndAny<T> {
  all: T;
  any: T;
}

export type TotalCount = 'spans_total' | 'errors_total' | 'events_total';

export interface CountBound {
  comparison: 'eq' | 'lt' | 'lte' | 'gt' | 'gte';
  limit: number;
}

/** What arrived for one attempt of a scenario. */
export interface ArrivedSpans {
  /** Of the programs under test. */
  spans: readonly Span[];
  /** Of cleangrid itself: they count only where an expectation has the exact name of one. */
  own: readonly Span[];
}
