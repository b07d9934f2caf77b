/** `expect.counts`. */

import { comparisons } from '../evaluate.ts';
import { unreachable } from '../errors.ts';
import { type Missed, noSpanArrived } from './missed.ts';
import type { CountBound, TotalCount } from './span-expectations.ts';
import type { SpanGraph } from './span-graph.ts';

/** Of foreign spans alone. */
export function checkTotal(of: TotalCount, bounds: readonly CountBound[], graph: SpanGraph): Missed {
  if (graph.foreign.length === 0) return { actual: noSpanArrived };
  return checkBounds(totalOf(of, graph), bounds);
}

/** None of a name may be what is wanted, none at all is not. */
export function checkByName(
  { name, bounds }: { name: string; bounds: readonly CountBound[] },
  graph: SpanGraph,
): Missed {
  const { length } = graph.named(name);
  if (length === 0 && graph.foreign.length === 0) return { actual: noSpanArrived };
  return checkBounds(length, bounds);
}

function totalOf(of: TotalCount, { foreign }: SpanGraph): number {
  switch (of) {
    case 'spans_total':
      return foreign.length;
    case 'errors_total':
      return foreign.filter(({ status }) => status.code === 'error').length;
    case 'events_total':
      return foreign.reduce((sum, { events }) => sum + events.length, 0);
    default:
      return unreachable(of);
  }
}

function checkBounds(count: number, bounds: readonly CountBound[]): Missed {
  const met = bounds.every(({ comparison, limit }) =>
    comparison === 'eq' ? count === limit : comparisons[comparison].holds(count, limit),
  );
  return met ? null : { actual: String(count) };
}
