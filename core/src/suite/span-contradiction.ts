/** Expectations on spans that no spans can meet together: a suite that can only fail is a mistake. */

import { compileGlob } from '../glob.ts';
import { describeBounds } from '../trace/describe-span-expectation.ts';
import type { CountBound, SpanExpectation } from '../trace/span-expectations.ts';

/** What contradicts what; null if nothing does. */
export function spanContradiction(all: readonly SpanExpectation[]): string | null {
  return countContradiction(all) ?? orderCycle(all) ?? edgeContradiction(all) ?? statusContradiction(all);
}

interface Range {
  least: number;
  most: number;
}

function rangeOf(bounds: readonly CountBound[]): Range {
  let least = 0;
  let most = Number.POSITIVE_INFINITY;
  for (const { comparison, limit } of bounds) {
    if (comparison === 'gt') least = Math.max(least, limit + 1);
    if (comparison === 'gte' || comparison === 'eq') least = Math.max(least, limit);
    if (comparison === 'lt') most = Math.min(most, limit - 1);
    if (comparison === 'lte' || comparison === 'eq') most = Math.min(most, limit);
  }
  return { least, most };
}

function countContradiction(all: readonly SpanExpectation[]): string | null {
  const counted = Map.groupBy(all.filter(isCount), countedWhat);
  const total = rangeOf((counted.get('`spans_total`') ?? []).flatMap((one) => one.bounds));
  if (total.most < 1) return '`spans_total` allows no span, and without spans nothing passes';
  for (const [what, some] of counted) {
    const bounds = some.flatMap((one) => one.bounds);
    const { least, most } = rangeOf(bounds);
    if (least > most) return `${what} cannot be ${describeBounds(bounds)}`;
    if (some.every(isInTotal) && least > total.most)
      return `${what} ${describeBounds(bounds)} is more than \`spans_total\` allows`;
  }
  return null;
}

type Count = Extract<SpanExpectation, { bounds: CountBound[] }>;

function isCount(one: SpanExpectation): one is Count {
  return 'bounds' in one;
}

function countedWhat(one: Count): string {
  return one.kind === 'by_name' ? `the number of spans ${JSON.stringify(one.name)}` : `\`${one.kind}\``;
}

/** By its exact name, a span of ours may be counted that is not in the total. */
function isInTotal(one: Count): boolean {
  return one.kind === 'errors_total' || (one.kind === 'by_name' && hasWildcard(one.name));
}

function hasWildcard(name: string): boolean {
  return compileGlob(name).literal === null;
}

/** By the names as they are written. */
function orderCycle(all: readonly SpanExpectation[]): string | null {
  let edges = all.filter((one) => 'earlier' in one);
  for (let count = -1; count !== edges.length; ) {
    count = edges.length;
    const preceded = new Set(edges.map(({ later }) => later));
    edges = edges.filter(({ earlier }) => preceded.has(earlier));
  }
  // Whatever comes first in one of these edges comes later in another: going back from any of them ends in a circle.
  const path = edges.slice(0, 1).map(({ earlier }) => earlier);
  while (path.length > 0) {
    const before = edges.find(({ later }) => later === path[0])?.earlier ?? '';
    const at = path.indexOf(before);
    path.unshift(before);
    if (at !== -1)
      return `no order is ${path
        .slice(0, at + 2)
        .map((name) => JSON.stringify(name))
        .join(' before ')}`;
  }
  return null;
}

function edgeContradiction(all: readonly SpanExpectation[]): string | null {
  const forbidden = all.filter((one) => one.kind === 'must_not_cross');
  const both = all
    .filter((one) => one.kind === 'must_include')
    .find((one) => forbidden.some(({ from, to }) => covers(from, one.from) && covers(to, one.to)));
  return both
    ? `\`must_include\` needs what \`must_not_cross\` forbids: ${JSON.stringify([both.from, both.to])}`
    : null;
}

/** Whether one glob surely matches what another does. */
function covers(wide: string, narrow: string): boolean {
  const { literal } = compileGlob(narrow);
  return wide === narrow || (literal !== null && compileGlob(wide).matches(literal));
}

type Status = Extract<SpanExpectation, { kind: 'status' }>;

function statusContradiction(all: readonly SpanExpectation[]): string | null {
  const wanted = all.filter((one) => one.kind === 'status');
  for (const [index, one] of wanted.entries()) {
    const other = wanted.slice(index + 1).find((next) => isOfSameSpan(one, next) && excludes(one, next));
    if (other) return `no span has both the status ${one.status} and the status ${other.status}`;
  }
  const errors = rangeOf(all.flatMap((one) => (one.kind === 'errors_total' ? one.bounds : [])));
  if (errors.least > 0 && wanted.some(({ name, status }) => name === null && status !== 'error'))
    return '`errors_total` needs an error, and `status.all` allows none';
  if (errors.most === 0 && wanted.some((one) => one.status === 'error' && isOfForeign(one)))
    return '`errors_total` allows no error, and `status` needs one';
  return null;
}

/** By its exact name, a span of ours may be meant, of which the totals say nothing. */
function isOfForeign({ name }: Status): boolean {
  return name === null || hasWildcard(name);
}

/** `all` and each name are of at least one span. */
function isOfSameSpan(left: Status, right: Status): boolean {
  if (left.name === right.name) return true;
  return (left.name === null || right.name === null) && isOfForeign(left) && isOfForeign(right);
}

/** `ok` is also a status that was not set. */
function excludes({ status }: Status, other: Status): boolean {
  return status !== other.status && (status === 'error' || other.status === 'error');
}
