/** The part of a shard's plan that every message about it needs; stored beside the plan, which is far larger and only opened by its agent. */

import type { ScenarioId, StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';

export interface ShardHead
  extends Pick<PlannedScenario, 'suite' | 'name' | 'tags' | 'source' | 'timeoutMs' | 'spans'> {
  scenario: ScenarioId;
  /** In the plan's order. */
  steps: ReadonlySet<StepId>;
}

/** What is stored of a shard's plan. */
export interface ShardPlan {
  head: ShardHead;
  /** The `PlannedScenario` with the shard's own steps. */
  json: string;
}

export function headFrom(planned: PlannedScenario): ShardHead {
  const { id: scenario, suite, name, tags, source, timeoutMs, spans, steps } = planned;
  return {
    scenario,
    suite,
    name,
    tags,
    source,
    timeoutMs,
    spans,
    steps: new Set(steps.map((step) => step.id)),
  };
}

export function headText(head: ShardHead): string {
  return JSON.stringify({ ...head, steps: [...head.steps] });
}

export function headOfText(text: string): ShardHead {
  const head = JSON.parse(text) as Omit<ShardHead, 'steps'> & { steps: StepId[] };
  return { ...head, steps: new Set(head.steps) };
}
