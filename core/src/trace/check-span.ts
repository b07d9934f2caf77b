/** `expect.span`: one span must be all that is wanted; of those that are not, the nearest one says why. */

import { formatDuration } from '../duration.ts';
import { comparisons } from '../evaluate.ts';
import { compileGlob } from '../glob.ts';
import { describeAttribute, describeWanted } from './describe-span-expectation.ts';
import { listed, type Missed, noSpanNamed } from './missed.ts';
import { sameAttribute } from './same-attribute.ts';
import type { Attributes, Span } from './span.ts';
import type { WantedSpan } from './span-expectations.ts';
import type { SpanGraph } from './span-graph.ts';

/** What a span is in one respect; null: as wanted. */
type Difference = string | null;

export function checkSpan(wanted: WantedSpan, graph: SpanGraph): Missed {
  const conditions = describeWanted(wanted);
  const named = graph.named(wanted.name);
  if (named.length === 0) return { actual: noSpanNamed(wanted.name, graph) };
  let nearest: Difference[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (const span of named) {
    const differences = differencesOf(span, wanted, graph);
    const count = differences.filter((one) => one !== null).length;
    if (count === 0) return null;
    if (count < fewest) [nearest, fewest] = [differences, count];
  }
  const actual = conditions.map((condition, index) => nearest[index] ?? condition);
  const others = named.length === 1 ? [] : [`(the nearest of ${named.length} spans of that name)`];
  return { expected: conditions.join('\n'), actual: [...actual, ...others].join('\n') };
}

/** In the order of `describeWanted`. */
function differencesOf(span: Span, wanted: WantedSpan, graph: SpanGraph): Difference[] {
  const { attributes, events, duration } = wanted;
  return [
    null,
    ...(wanted.parent === null ? [] : [parentDifference(span, wanted.parent, graph)]),
    ...(wanted.spanKind === null ? [] : [unless(span.kind === wanted.spanKind, `kind ${span.kind}`)]),
    ...Object.keys(attributes.all).map((key) => attributeDifference(span, key, attributes.all)),
    ...one(Object.keys(attributes.any).map((key) => attributeDifference(span, key, attributes.any))),
    ...events.all.map((name) => eventDifference(span, name)),
    ...one(events.any.map((name) => eventDifference(span, name))).map((all) => all && eventsOf(span)),
    ...duration.map(({ comparison, limitMs }) => {
      const ms = (span.endUs - span.startUs) / 1000;
      return unless(comparisons[comparison].holds(ms, limitMs), `duration ${formatDuration(ms)}`);
    }),
  ];
}

function unless(met: boolean, actual: string): Difference {
  return met ? null : actual;
}

/** Of conditions of which one must hold. */
function one(differences: Difference[]): Difference[] {
  if (differences.length === 0) return [];
  return [differences.includes(null) ? null : differences.join(', ')];
}

function parentDifference(span: Span, glob: string, graph: SpanGraph): Difference {
  const parent = graph.parentOf(span);
  if (parent === null) return graph.isOrphan(span) ? 'a parent that did not arrive' : 'no parent';
  return unless(graph.isNamed(parent, glob), `parent ${JSON.stringify(parent.name)}`);
}

function attributeDifference(span: Span, key: string, wanted: Attributes): Difference {
  const actual = Object.hasOwn(span.attributes, key) ? span.attributes[key] : undefined;
  return unless(sameAttribute(actual, wanted[key]), describeAttribute(key, actual));
}

function eventDifference(span: Span, glob: string): Difference {
  const { matches } = compileGlob(glob);
  return unless(
    span.events.some(({ name }) => matches(name)),
    eventsOf(span),
  );
}

function eventsOf({ events }: Span): string {
  return events.length === 0 ? 'no event' : `events ${listed([...new Set(events.map(({ name }) => name))])}`;
}
