/** The part of a planned scenario that the coordinator reads. The rest, which is far larger, is only opened by the agent that runs it. */

import type { ScenarioId, StepId } from './ids.ts';
import type { PlannedScenario } from './plan.ts';

export interface ScenarioHead
  extends Pick<
    PlannedScenario,
    'suite' | 'name' | 'tags' | 'source' | 'timeoutMs' | 'retries' | 'pollutionCheck' | 'spans'
  > {
  scenario: ScenarioId;
  /** In the plan's order. */
  steps: StepId[];
  /**
   * Its steps are independent, and need no setup or teardown: those belong to the one place where the setup ran. Only then the coordinator
   * opens the plan, to cut it into slices.
   */
  isSliceable: boolean;
}

export function scenarioHead(planned: PlannedScenario): ScenarioHead {
  const { id: scenario, suite, name, tags, source, timeoutMs, retries, pollutionCheck, spans } = planned;
  return {
    scenario,
    suite,
    name,
    tags,
    source,
    timeoutMs,
    retries,
    pollutionCheck,
    spans,
    steps: planned.steps.map((step) => step.id),
    isSliceable: planned.order === 'independent' && planned.steps.every((step) => step.phase === 'steps'),
  };
}
