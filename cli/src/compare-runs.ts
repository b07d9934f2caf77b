/** What differs between two runs: what appeared or vanished, verdicts, the structure of the programs' spans, and what became slower. Pure. */

import { spanTree, type SpanNode } from '@cleangrid/core/trace/span-tree.ts';
import { slowerMsMin } from '@cleangrid/core/limits.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { RunOutcome, ScenarioOutcome, StepOutcome } from './run-outcome.ts';

export interface Difference {
  kind: 'scenario' | 'step' | 'span';
  change: 'appeared' | 'vanished' | 'verdict' | 'count' | 'slower';
  scenario: string;
  /** Of the step, or the path of the span; null for a scenario. */
  name: string | null;
  /** For people: a verdict, a number of spans, or milliseconds. */
  before: string | number | null;
  after: string | number | null;
}

export interface Compared {
  before: RunOutcome;
  after: RunOutcome;
  /** By how much a duration must have grown. */
  slowerPercent: number;
}

/** In the order of the later run's plan, what vanished last. */
export function compareRuns({ before, after, slowerPercent }: Compared): Difference[] {
  // What was not recorded has not changed.
  const withSpans = [before, after].every(({ record }) => record.traceMode !== 'off');
  const later = [...after.scenarios.values()].flatMap((scenario): Difference[] => {
    const earlier = before.scenarios.get(scenario.id);
    if (!earlier) return [ofScenario(scenario, 'appeared', [null, verdictWord(scenario.verdict)])];
    return [
      ...verdictOf(earlier, scenario),
      ...stepsOf(earlier, scenario, slowerPercent),
      ...(withSpans ? spansOf(earlier, scenario, slowerPercent) : []),
    ];
  });
  const vanished = [...before.scenarios.values()].filter(({ id }) => !after.scenarios.has(id));
  return [
    ...later,
    ...vanished.map((scenario) => ofScenario(scenario, 'vanished', [verdictWord(scenario.verdict), null])),
  ];
}

function ofScenario(
  { name }: ScenarioOutcome,
  change: Difference['change'],
  [before, after]: [Difference['before'], Difference['after']],
): Difference {
  return { kind: 'scenario', change, scenario: name, name: null, before, after };
}

function verdictOf(earlier: ScenarioOutcome, later: ScenarioOutcome): Difference[] {
  const [before, after] = [earlier, later].map(({ verdict, flaky }) => verdictWord(verdict, flaky));
  return before === after ? [] : [ofScenario(later, 'verdict', [before ?? null, after ?? null])];
}

function stepsOf(earlier: ScenarioOutcome, later: ScenarioOutcome, slowerPercent: number): Difference[] {
  const known = new Map(earlier.steps.map((step) => [step.id, step]));
  const kept = new Set(later.steps.map(({ id }) => id));
  const about = (step: StepOutcome): Pick<Difference, 'kind' | 'scenario' | 'name'> => ({
    kind: 'step',
    scenario: later.name,
    name: step.name,
  });
  return [
    ...later.steps.flatMap((step): Difference[] => {
      const past = known.get(step.id);
      const after = verdictWord(step.verdict);
      if (!past) return [{ ...about(step), change: 'appeared', before: null, after }];
      const before = verdictWord(past.verdict);
      if (before !== after) return [{ ...about(step), change: 'verdict', before, after }];
      const durations = { before: past.durationMs, after: step.durationMs };
      return isSlower(durations, slowerPercent) ? [{ ...about(step), change: 'slower', ...durations }] : [];
    }),
    ...earlier.steps.flatMap((step): Difference[] => {
      if (kept.has(step.id)) return [];
      return [{ ...about(step), change: 'vanished', before: verdictWord(step.verdict), after: null }];
    }),
  ];
}

function spansOf(earlier: ScenarioOutcome, later: ScenarioOutcome, slowerPercent: number): Difference[] {
  const [past, present] = [pathsOf(earlier.spans), pathsOf(later.spans)];
  const paths = [...new Set([...present.keys(), ...past.keys()])].sort();
  return paths.flatMap((path): Difference[] => {
    const about = { kind: 'span', scenario: later.name, name: path } as const;
    const [before, after] = [past.get(path), present.get(path)];
    if (!before) return [{ ...about, change: 'appeared', before: 0, after: after?.count ?? 0 }];
    if (!after) return [{ ...about, change: 'vanished', before: before.count, after: 0 }];
    if (before.count !== after.count)
      return [{ ...about, change: 'count', before: before.count, after: after.count }];
    const means = { before: before.totalMs / before.count, after: after.totalMs / after.count };
    return isSlower(means, slowerPercent) ? [{ ...about, change: 'slower', ...means }] : [];
  });
}

interface SpanGroup {
  count: number;
  totalMs: number;
}

/** Spans by their names from the topmost down. */
function pathsOf(spans: readonly Span[]): Map<string, SpanGroup> {
  const groups = new Map<string, SpanGroup>();
  const { roots, orphans, cyclic } = spanTree(spans);
  const waiting: { node: SpanNode; above: string }[] = [...roots, ...orphans, ...cyclic].map((node) => ({
    node,
    above: '',
  }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, above } = next;
    const path = above === '' ? node.span.name : `${above} › ${node.span.name}`;
    const group = groups.get(path) ?? { count: 0, totalMs: 0 };
    groups.set(path, { count: group.count + 1, totalMs: group.totalMs + node.durationUs / 1000 });
    for (const child of node.children) waiting.push({ node: child, above: path });
  }
  return groups;
}

function isSlower({ before, after }: { before: number; after: number }, slowerPercent: number): boolean {
  return after - before >= slowerMsMin && after >= before * (1 + slowerPercent / 100);
}

/** With its reason: another one is another verdict. */
export function verdictWord(verdict: Verdict | null, flaky = false): string {
  if (verdict === null) return 'unfinished';
  if (verdict.outcome === 'passed') return flaky ? 'passed (flaky)' : 'passed';
  return `${verdict.outcome} (${verdict.reason})`;
}
