/** A run's spans as a person wants to see them: traces of attempts below the run that they belong to, and without lines that say nothing new. */

import { isOwnSpan } from '@cleangrid/core/trace/arrived-spans.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { type SpanNode, spanTree } from '@cleangrid/core/trace/span-tree.ts';

/** Roots; what came from nobody knows where is behind them. */
export function shownTree(spans: readonly Span[]): SpanNode[] {
  const { roots, orphans, cyclic } = spanTree(spans);
  return plain(joined(roots, orphans, cyclic));
}

/** Below the run: the attempts' own traces, which link to it. */
function joined(roots: SpanNode[], ...others: SpanNode[][]): SpanNode[] {
  const run = roots.find(({ span }) => isOwn(span, 'run'));
  if (!run) return [...roots, ...others.flat()];
  const isLinked = ({ span }: SpanNode): boolean =>
    span.links.some(({ traceId, spanId }) => traceId === run.span.traceId && spanId === run.span.spanId);
  const rest = roots.filter((root) => root !== run);
  return [
    { ...run, children: [...run.children, ...rest.filter(isLinked)] },
    ...rest.filter((root) => !isLinked(root)),
    ...others.flat(),
  ];
}

function plain(tops: readonly SpanNode[]): SpanNode[] {
  const shown = plainLevel(tops, null);
  const waiting = [...shown];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    node.children = plainLevel(node.children, node);
    for (const child of node.children) waiting.push(child);
  }
  return shown;
}

/** The wait stands first in what waited; a command that is all of its step is not shown twice. */
function plainLevel(nodes: readonly SpanNode[], parent: SpanNode | null): SpanNode[] {
  const shown = nodes.flatMap((node) => {
    const scenario = isOwn(node.span, 'queue') ? node.children.find(isScenario) : undefined;
    if (scenario) {
      const behind = node.children.filter((one) => one !== scenario);
      return [{ ...scenario, children: [{ ...node, children: [] }, ...scenario.children] }, ...behind];
    }
    return parent && isOwn(node.span, 'exec') && isAllOf(node, parent) ? node.children : [node];
  });
  // A scenario stands where it began itself. What belongs nowhere stays behind the run.
  return parent ? shown.sort((left, right) => left.span.startUs - right.span.startUs) : shown;
}

function isScenario({ span }: SpanNode): boolean {
  return isOwn(span, 'scenario');
}

/** What a step does besides its command is worth a line when one could notice it. */
function isAllOf(exec: SpanNode, step: SpanNode): boolean {
  const restUs = step.durationUs - exec.durationUs;
  return restUs < noticedUs || restUs < step.durationUs / 10;
}

const noticedUs = 10_000;

function isOwn(span: Span, name: string): boolean {
  return isOwnSpan(span) && (span.name === name || span.name.startsWith(`${name} `));
}
