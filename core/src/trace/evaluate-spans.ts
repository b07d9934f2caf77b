/** Checks the spans of an attempt against what its suite expects of them. Pure. No spans at all never meet an expectation. */

import { cutText } from '../cut-text.ts';
import { unreachable } from '../errors.ts';
import type { FailedCheck } from '../expectation.ts';
import { checkByName, checkTotal } from './check-counts.ts';
import { checkAcyclic, checkIncluded, checkNotCrossed } from './check-graph.ts';
import { checkExternal, checkForbidden, checkResource } from './check-hermeticity.ts';
import { checkSpan } from './check-span.ts';
import { checkStatus } from './check-status.ts';
import { checkOrder, checkWindow } from './check-times.ts';
import { describeSpanExpectation } from './describe-span-expectation.ts';
import type { Missed } from './missed.ts';
import type { ArrivedSpans, SpanExpectation, SpanExpectations } from './span-expectations.ts';
import { type SpanGraph, spanGraph } from './span-graph.ts';

/** Every expectation that was not met, in their order. */
export function evaluateSpans(expectations: SpanExpectations, arrived: ArrivedSpans): FailedCheck[] {
  const graph = spanGraph(arrived);
  return expectations.flatMap((expectation) => {
    const missed = missedBy(expectation, graph);
    if (missed === null) return [];
    const { expected = describeSpanExpectation(expectation), actual } = missed;
    const what = missed.expected === undefined ? keyOf(expectation) : 'span.nearest';
    return [{ what, expected: cutText(expected), actual: cutText(actual), source: expectation.source }];
  });
}

function missedBy(expectation: SpanExpectation, graph: SpanGraph): Missed {
  switch (expectation.kind) {
    case 'span':
      return checkSpan(expectation, graph);
    case 'must_include':
      return checkIncluded(expectation, graph);
    case 'must_not_cross':
      return checkNotCrossed(expectation, graph);
    case 'acyclic':
      return checkAcyclic(graph);
    case 'spans_total':
    case 'errors_total':
    case 'events_total':
      return checkTotal(expectation.kind, expectation.bounds, graph);
    case 'by_name':
      return checkByName(expectation, graph);
    case 'window':
      return checkWindow(expectation, graph);
    case 'must_precede':
    case 'must_follow':
      return checkOrder(expectation, graph);
    case 'status':
      return checkStatus(expectation, graph);
    case 'resource_attributes':
      return checkResource(expectation.attributes, graph);
    case 'forbid_attributes':
      return checkForbidden(expectation.key, graph);
    case 'no_external_services':
      return checkExternal(expectation.services, graph);
    default:
      return unreachable(expectation);
  }
}

/** The key under `expect` that says it. */
function keyOf(expectation: SpanExpectation): string {
  switch (expectation.kind) {
    case 'span':
    case 'window':
      return expectation.kind;
    case 'must_include':
    case 'must_not_cross':
    case 'acyclic':
      return `graph.${expectation.kind}`;
    case 'spans_total':
    case 'errors_total':
    case 'events_total':
    case 'by_name':
      return `counts.${expectation.kind}`;
    case 'must_precede':
    case 'must_follow':
      return `order.${expectation.kind}`;
    case 'status':
      return expectation.name === null ? 'status.all' : 'status.by_name';
    case 'resource_attributes':
    case 'forbid_attributes':
    case 'no_external_services':
      return `hermeticity.${expectation.kind}`;
    default:
      return unreachable(expectation);
  }
}
