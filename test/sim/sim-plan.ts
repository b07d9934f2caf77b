/** The suite of a history: a few scenarios, and what becomes of each step in each attempt. */

import { type RunId, id, type ScenarioId, type Sha256, type StepId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario, PlannedStep, PlannedSuite, SourcePlace } from '@cleangrid/core/plan.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import { broken, failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { Random } from './random.ts';

/** `kills`: the agent that starts it dies, as if the step had taken its host down. `hangs`: it ends only when it is killed. */
export type Temper = 'passes' | 'fails' | 'flaky' | 'breaks' | 'brittle' | 'kills' | 'hangs';

export interface SimPlan {
  run: RunId;
  suite: PlannedSuite;
  scenarios: PlannedScenario[];
  tempers: Map<ScenarioId, Temper>;
  /** What a step takes at most. */
  stepMsMax: number;
}

const source: SourcePlace = { file: 'sim.cleangrid.toml', line: 1, column: 1 };

/** Where nobody cancels the run, only its timeouts end what hangs. */
export function makePlan(random: Random, options: { run: RunId; mayHang: boolean }): SimPlan {
  const tempers = new Map<ScenarioId, Temper>();
  const scenarios = Array.from({ length: random.integer(1, 8) }, (_, ordinal) => {
    const scenario = makeScenario(random, ordinal);
    tempers.set(scenario.id, makeTemper(random, options.mayHang));
    return scenario;
  });
  const suite: PlannedSuite = {
    name: 'sim',
    description: null,
    version: null,
    file: source.file,
    workspace: id<Sha256>('0'.repeat(64)),
    services: {},
  };
  return {
    run: options.run,
    suite,
    scenarios,
    tempers,
    stepMsMax: random.pick([400, 400, 2000, 8000]) ?? 400,
  };
}

function makeTemper(random: Random, mayHang: boolean): Temper {
  if (random.chance(0.5)) return 'passes';
  const tempers: Temper[] = ['fails', 'flaky', 'flaky', 'breaks', 'brittle', 'brittle', 'kills'];
  const mayHangAnyway = random.chance(0.02);
  return random.pick(mayHang || mayHangAnyway ? [...tempers, 'hangs', 'hangs'] : tempers) ?? 'passes';
}

function makeScenario(random: Random, ordinal: number): PlannedScenario {
  return {
    id: id<ScenarioId>(`scenario ${ordinal}`),
    suite: 0,
    name: `scenario ${ordinal}`,
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: random.chance(0.6) ? 'sequential' : 'independent',
    timeoutMs: 60_000,
    retries: random.integer(0, 2),
    pollutionCheck: ordinal % 3 === 1,
    spans: null,
    steps: Array.from({ length: random.integer(1, 5) }, (_, index) => makeStep(index)),
    source,
  };
}

/** How often it may run again after a failure: every container of a history was used before, unless it has to be fresh. */
export function retriesOf({ retries, pollutionCheck }: PlannedScenario): number {
  return retries + (pollutionCheck ? 1 : 0);
}

function makeStep(index: number): PlannedStep {
  return {
    id: id<StepId>(`steps.${index}`),
    name: `step ${index}`,
    phase: 'steps',
    in: null,
    command: { kind: 'argv', argv: [['true']] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 30_000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'codes', codes: [0], source: null }, stdout: [], stderr: [], duration: [] },
    source,
  };
}

/** The same for the same step of the same attempt, whatever the interleaving. */
export function outcomeOf(temper: Temper, ref: AttemptRef, step: StepId): Verdict {
  const random = new Random(hash(`${ref.shard} ${ref.attempt} ${step}`));
  const verdicts: Record<Temper, () => Verdict> = {
    passes: () => passed,
    hangs: () => passed,
    kills: () => passed,
    fails: () => failed('expectation', 'it always fails'),
    breaks: () => broken('resource', 'it always breaks'),
    flaky: () => (random.chance(0.3) ? failed('expectation', 'it fails at times') : passed),
    brittle: () => (random.chance(0.3) ? broken('resource', 'it breaks at times') : passed),
  };
  return verdicts[temper]();
}

function hash(text: string): number {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16777619);
  return value >>> 0;
}
