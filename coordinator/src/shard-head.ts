/** The part of a shard's plan that every message about it needs; stored beside the plan, which is far larger and only opened by its agent. */

import type { StepId } from '@cleangrid/core/ids.ts';
import type { ScenarioHead } from '@cleangrid/core/scenario-head.ts';

export interface ShardHead
  extends Pick<ScenarioHead, 'scenario' | 'suite' | 'name' | 'tags' | 'source' | 'timeoutMs' | 'spans'> {
  /** The shard's own, in the plan's order. */
  steps: ReadonlySet<StepId>;
}

/** What is stored of a shard's plan. */
export interface ShardPlan {
  head: ShardHead;
  /** The `PlannedScenario` with the shard's own steps. */
  json: string;
}

export function shardHead(head: ScenarioHead, steps: StepId[]): ShardHead {
  const { scenario, suite, name, tags, source, timeoutMs, spans } = head;
  return { scenario, suite, name, tags, source, timeoutMs, spans, steps: new Set(steps) };
}

export function headText(head: ShardHead): string {
  return JSON.stringify({ ...head, steps: [...head.steps] });
}

export function headOfText(text: string): ShardHead {
  const head = JSON.parse(text) as Omit<ShardHead, 'steps'> & { steps: StepId[] };
  return { ...head, steps: new Set(head.steps) };
}
