/**
 * What of a run must be the same when it is repeated: verdicts, and names, structure and attributes of the programs' spans. Ids, times,
 * addresses and the order of arrival are left out, and our own spans, which tell of the grid.
 */

import type { ScenarioId, StepId } from '../ids.ts';
import type { Verdict } from '../verdict.ts';
import type { Attributes, Span } from './span.ts';
import { type SpanNode, spanTree } from './span-tree.ts';

export interface DigestedScenario {
  id: ScenarioId;
  verdict: Verdict;
  /** In the order of the plan. */
  steps: readonly { id: StepId; verdict: Verdict }[];
  /** Of the programs under test, in its final attempt. */
  spans: readonly Span[];
}

/** The text whose SHA-256 is the digest of a run: a line for each scenario, step and span. Two of them differ where the runs do. */
export function traceDigestText(scenarios: readonly DigestedScenario[]): string {
  return scenarios
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .flatMap(({ id, verdict, steps, spans }) => {
      const { roots, orphans, cyclic } = spanTree(spans);
      return [
        `scenario ${JSON.stringify(id)} ${verdictWords(verdict)}`,
        ...steps.map((step) => `step ${step.id} ${verdictWords(step.verdict)}`),
        // A parent that did not arrive is one of ours, as a rule.
        ...linesOf([...roots, ...orphans]),
        ...linesOf(cyclic).map((line) => `cyclic ${line}`),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function verdictWords(verdict: Verdict): string {
  return verdict.outcome === 'passed' ? 'passed' : `${verdict.outcome} ${verdict.reason}`;
}

/** Each span after its parent, with its depth. Children are sorted by what they and all below them are. */
function linesOf(tops: readonly SpanNode[]): string[] {
  const ranks = ranksOf(tops);
  const lastFirst = (nodes: readonly SpanNode[]): SpanNode[] =>
    nodes.toSorted((left, right) => (ranks.get(right)?.rank ?? 0) - (ranks.get(left)?.rank ?? 0));
  const waiting = lastFirst(tops).map((node) => ({ node, depth: 0 }));
  const lines: string[] = [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, depth } = next;
    lines.push(`${depth} ${ranks.get(node)?.label ?? ''}`);
    for (const child of lastFirst(node.children)) waiting.push({ node: child, depth: depth + 1 });
  }
  return lines;
}

interface Ranked {
  label: string;
  /** Among the spans of one depth. Equal where everything below is equal too. */
  rank: number;
}

/** From the deepest spans upwards: what a span is compared by is its label and the ranks of its children. */
function ranksOf(tops: readonly SpanNode[]): Map<SpanNode, Ranked> {
  const levels: (readonly SpanNode[])[] = [];
  for (let level = tops; level.length > 0; level = level.flatMap(({ children }) => children))
    levels.push(level);
  const ranks = new Map<SpanNode, Ranked>();
  for (const level of levels.toReversed()) {
    const labelled = level.map((node) => {
      const label = labelOf(node.span);
      const below = node.children.map((child) => ranks.get(child)?.rank ?? 0).sort((a, b) => a - b);
      return { node, label, key: JSON.stringify([label, below]) };
    });
    const order = [...new Set(labelled.map(({ key }) => key))].sort();
    const places = new Map(order.map((key, index) => [key, index]));
    for (const { node, label, key } of labelled) ranks.set(node, { label, rank: places.get(key) ?? 0 });
  }
  return ranks;
}

function labelOf({ name, kind, status, attributes, events, resource }: Span): string {
  const happened = events.map((event) => [event.name, lasting(event.attributes)]);
  const said = happened.length === 0 ? '' : ` events ${JSON.stringify(happened)}`;
  const service = Object.fromEntries(Object.entries(resource).filter(([key]) => key.startsWith('service.')));
  return `${JSON.stringify(name)} ${kind} ${status.code} ${JSON.stringify(lasting(attributes))} of ${JSON.stringify(lasting(service))}${said}`;
}

/** Keys of what differs from run to run: ids, times, ports, addresses, the lines of a stack. */
const fleeting =
  /(?:^|[._])(?:ids?|p?pid|uuid|port|ip|time|timestamp|date|duration|stacktrace)$|^(?:network\.(?:peer|local)\.|net\.sock\.|client\.address$)/u;

/** Sorted by key. */
function lasting(attributes: Attributes): [string, Attributes[string]][] {
  return Object.entries(attributes)
    .filter(([key]) => !fleeting.test(key))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}
