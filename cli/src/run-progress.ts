/** What a run is doing right now, from its events; what the live view draws. Memory: the running scenarios and steps. */

import { unreachable } from '@cleangrid/core/errors.ts';
import type { ScenarioId, StepId } from '@cleangrid/core/ids.ts';
import type { Plan, PlannedScenario } from '@cleangrid/core/plan.ts';
import type { RunEvent, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { type OutcomeCounts, noOutcomes } from '@cleangrid/core/verdict.ts';

export interface RunProgress {
  readonly scenarioCount: number;
  readonly stepCount: number;
  readonly scenarios: OutcomeCounts;
  readonly stepsDone: number;
  /** Longest running first. */
  readonly running: ReadonlyMap<ScenarioId, RunningScenario>;
  /** Why nothing can run; null while something can. */
  readonly waitingFor: string | null;
  apply(event: RunEvent): void;
}

/** What is known of a run before its events: its plan, or less. */
export interface RunOutline {
  suites: readonly string[];
  /** Without an order it is not known whether steps run one after the other. */
  scenarios: readonly (Pick<ScenarioRecord, 'id' | 'suite' | 'name'> & {
    steps: { readonly length: number };
    order?: PlannedScenario['order'];
  })[];
}

export function outlineOf({ suites, scenarios }: Plan): RunOutline {
  const names = suites.map(({ name }) => name);
  return {
    suites: names,
    scenarios: scenarios.map(({ id, suite, name, steps, order }) => ({
      id,
      suite: names[suite] ?? '',
      name,
      steps: { length: steps.length },
      order,
    })),
  };
}

export interface RunningScenario {
  name: string;
  /** Monotonic. */
  startedAtMs: number;
  stepCount: number;
  /** Its steps run one after the other. */
  isSequential: boolean;
  /** Before its first step; null when nothing is known. */
  preparing: string | null;
  /** Live events may trail the stored ones: what they tell of these is old. */
  finished: Set<StepId>;
  /** Running now, longest first; more than one where steps are independent. */
  steps: Map<StepId, { name: string; startedAtMs: number }>;
}

export function followProgress(plan: RunOutline, nowMs: () => number): RunProgress {
  return new Progress(plan, nowMs);
}

class Progress implements RunProgress {
  readonly scenarioCount: number;
  readonly stepCount: number;
  readonly scenarios: OutcomeCounts = noOutcomes();
  stepsDone = 0;
  readonly running = new Map<ScenarioId, RunningScenario>();
  waitingFor: string | null = null;
  /** The scenarios that did not finish yet. */
  readonly #unfinished: Map<ScenarioId, Pick<RunningScenario, 'stepCount' | 'isSequential'>>;
  readonly #nowMs: () => number;

  constructor({ scenarios }: RunOutline, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#unfinished = new Map(
      scenarios.map(({ id, steps, order }) => [
        id,
        { stepCount: steps.length, isSequential: order === 'sequential' },
      ]),
    );
    this.scenarioCount = scenarios.length;
    this.stepCount = scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
  }

  apply(event: RunEvent): void {
    switch (event.kind) {
      case 'run_started':
      case 'run_finished':
        return;
      case 'waiting':
      case 'away':
        this.waitingFor = event.message;
        return;
      case 'scenario_preparing':
      case 'scenario_started':
        return this.#begin(event);
      case 'step_started':
        return this.#startStep(event);
      case 'step_finished':
        return this.#finishStep(event.scenario, event.result.step);
      case 'steps_passed':
        for (const step of event.steps) this.#finishStep(event.scenario, step);
        return;
      case 'scenario_retried':
        return this.#startAgain(event.scenario);
      case 'scenario_finished':
        return this.#finish(event);
      default:
        unreachable(event);
    }
  }

  #begin(event: RunEvent & { kind: 'scenario_preparing' | 'scenario_started' }): void {
    this.waitingFor = null;
    const planned = this.#unfinished.get(event.scenario);
    if (!planned) return;
    const running = this.running.get(event.scenario) ?? {
      name: event.name,
      startedAtMs: this.#nowMs(),
      ...planned,
      preparing: null,
      finished: new Set(),
      steps: new Map(),
    };
    this.running.set(event.scenario, running);
    if (event.kind === 'scenario_preparing') running.preparing = event.message;
  }

  #startStep({ scenario, step, name }: RunEvent & { kind: 'step_started' }): void {
    const running = this.running.get(scenario);
    if (!running || running.finished.has(step)) return;
    // The end of the step before is told a little later: it is stored first.
    if (running.isSequential) running.steps.clear();
    running.steps.set(step, { name, startedAtMs: this.#nowMs() });
  }

  #finishStep(scenario: ScenarioId, step: StepId): void {
    const running = this.running.get(scenario);
    if (!running || running.finished.has(step)) return;
    this.stepsDone += 1;
    running.finished.add(step);
    running.steps.delete(step);
  }

  /** Steps of an attempt that is thrown away are not done. */
  #startAgain(scenario: ScenarioId): void {
    this.stepsDone -= this.running.get(scenario)?.finished.size ?? 0;
    this.running.delete(scenario);
  }

  #finish({ scenario, record }: RunEvent & { kind: 'scenario_finished' }): void {
    const stepCount = this.#unfinished.get(scenario)?.stepCount ?? 0;
    this.stepsDone += stepCount - (this.running.get(scenario)?.finished.size ?? 0);
    this.running.delete(scenario);
    this.#unfinished.delete(scenario);
    if (record.verdict) this.scenarios[record.verdict.outcome] += 1;
    if (record.flaky) this.scenarios.flaky += 1;
  }
}
