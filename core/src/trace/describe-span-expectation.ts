/** An expectation on spans in words: a sentence that says what should be. */

import { formatDuration } from '../duration.ts';
import { unreachable } from '../errors.ts';
import type { Attributes, AttributeValue } from './span.ts';
import type { CountBound, SpanExpectation, WantedSpan } from './span-expectations.ts';

export function describeSpanExpectation(expectation: SpanExpectation): string {
  switch (expectation.kind) {
    case 'span':
      return `a span with ${describeWanted(expectation).join(', ')}`;
    case 'must_include':
      return `a span ${quote(expectation.to)} whose parent is a span ${quote(expectation.from)}`;
    case 'must_not_cross':
      return `no span ${quote(expectation.to)} below a span ${quote(expectation.from)}`;
    case 'acyclic':
      return 'no span that is its own ancestor';
    case 'spans_total':
      return `number of spans ${describeBounds(expectation.bounds)}`;
    case 'errors_total':
      return `number of spans with status error ${describeBounds(expectation.bounds)}`;
    case 'events_total':
      return `number of events ${describeBounds(expectation.bounds)}`;
    case 'by_name':
      return `number of spans ${quote(expectation.name)} ${describeBounds(expectation.bounds)}`;
    case 'window':
      return `every span ${quote(expectation.inner)} within the time of a span ${quote(expectation.outer)}`;
    case 'must_precede':
    case 'must_follow':
      return `a span ${quote(expectation.earlier)} before every span ${quote(expectation.later)}`;
    case 'status':
      return `status ${expectation.status} of every span${expectation.name === null ? '' : ` ${quote(expectation.name)}`}`;
    case 'resource_attributes':
      return `every span from a resource with ${describeAttributes(expectation.attributes).join(', ')}`;
    case 'forbid_attributes':
      return `no span with the attribute ${expectation.key}`;
    case 'no_external_services':
      return `no call to a host other than ${[...expectation.services, 'the loopback'].join(', ')}`;
    default:
      return unreachable(expectation);
  }
}

/** One condition each. */
export function describeWanted(wanted: WantedSpan): string[] {
  const { attributes, events } = wanted;
  return [
    `name ${quote(wanted.name)}`,
    ...(wanted.parent === null ? [] : [`parent ${quote(wanted.parent)}`]),
    ...(wanted.spanKind === null ? [] : [`kind ${wanted.spanKind}`]),
    ...describeAttributes(attributes.all),
    ...oneOf(describeAttributes(attributes.any)),
    ...events.all.map((name) => `event ${quote(name)}`),
    ...oneOf(events.any.map((name) => `event ${quote(name)}`)),
    ...wanted.duration.map(
      ({ comparison, limitMs }) => `duration ${symbols[comparison]} ${formatDuration(limitMs)}`,
    ),
  ];
}

export function describeAttributes(attributes: Attributes): string[] {
  return Object.entries(attributes).map(([key, value]) => describeAttribute(key, value));
}

/** As JSON, so that `200` and `"200"` differ. */
export function describeAttribute(key: string, value: AttributeValue | undefined): string {
  return value === undefined ? `no ${key}` : `${key} = ${JSON.stringify(value)}`;
}

export function describeBounds(bounds: readonly CountBound[]): string {
  return bounds.map(({ comparison, limit }) => `${symbols[comparison]} ${limit}`).join(' and ');
}

const symbols = { eq: '=', lt: '<', lte: '≤', gt: '>', gte: '≥' };

function oneOf(conditions: readonly string[]): string[] {
  return conditions.length === 0 ? [] : [conditions.join(' or ')];
}

function quote(name: string): string {
  return JSON.stringify(name);
}
