/** `expect.graph`: by the ids of parents that spans really have. */

import type { Span } from './span.ts';
import { type Missed, noSpanArrived, noSpanNamed, offenders } from './missed.ts';
import type { SpanGraph } from './span-graph.ts';

/** Globs of names. */
interface Edge {
  from: string;
  to: string;
}

/** One direct parent and child. */
export function checkIncluded({ from, to }: Edge, graph: SpanGraph): Missed {
  if (graph.named(from).length === 0) return { actual: noSpanNamed(from, graph) };
  const children = graph.named(to);
  if (children.length === 0) return { actual: noSpanNamed(to, graph) };
  const met = children.some((span) => {
    const parent = graph.parentOf(span);
    return parent !== null && graph.isNamed(parent, from);
  });
  return met ? null : { actual: offenders(children, (span) => parentWords(span, graph)) };
}

/** A span that came from nobody knows where may have crossed. */
export function checkNotCrossed({ from, to }: Edge, graph: SpanGraph): Missed {
  const above = graph.named(from);
  if (above.length === 0) return { actual: noSpanNamed(from, graph) };
  const below = graph.below(above);
  const wanted = graph.named(to);
  const crossed = wanted.filter((span) => below.has(span));
  if (crossed.length > 0)
    return { actual: offenders(crossed, (span) => `is below ${pathTo(span, from, graph)}`) };
  const orphans = graph.foreign.filter(graph.isOrphan);
  const belowOrphans = graph.below(orphans);
  const lost = wanted.filter((span) => graph.isOrphan(span) || belowOrphans.has(span));
  return lost.length === 0
    ? null
    : { actual: offenders(lost, () => 'is below a span that did not arrive: what called it is not known') };
}

export function checkAcyclic(graph: SpanGraph): Missed {
  if (graph.foreign.length === 0) return { actual: noSpanArrived };
  const roots = new Set([...graph.own, ...graph.foreign].filter((span) => graph.parentOf(span) === null));
  const belowRoots = graph.below(roots);
  const cyclic = graph.foreign.filter((span) => !roots.has(span) && !belowRoots.has(span));
  return cyclic.length === 0
    ? null
    : { actual: offenders(cyclic, () => 'is its own ancestor, or below such a span') };
}

function parentWords(span: Span, graph: SpanGraph): string {
  const parent = graph.parentOf(span);
  if (parent) return `has the parent ${JSON.stringify(parent.name)}`;
  return graph.isOrphan(span) ? 'has a parent that did not arrive' : 'has no parent';
}

/** Names from the nearest span above that has the name to the direct parent. */
function pathTo(span: Span, from: string, graph: SpanGraph): string {
  const path: string[] = [];
  for (let above = graph.parentOf(span); above; above = graph.parentOf(above)) {
    path.push(JSON.stringify(above.name));
    if (graph.isNamed(above, from)) break;
  }
  path.reverse();
  return path.length > 3 ? `${path[0]} › … › ${path.at(-1)}` : path.join(' › ');
}
