/** The port `AttemptRunner` for histories: steps take virtual time, end as the plan says, and leave a fact behind that nobody can deny. */

import type { AttemptReport, AttemptRunner } from '@cleangrid/agent/attempt-runner.ts';
import { sleep } from '@cleangrid/core/clock.ts';
import type { AgentId, StepId } from '@cleangrid/core/ids.ts';
import type { PlannedStep } from '@cleangrid/core/plan.ts';
import type { AttemptClose, AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import { noOutput, type StepResult } from '@cleangrid/core/result.ts';
import { broken, cancelled, scenarioVerdict, skipped, type Verdict } from '@cleangrid/core/verdict.ts';
import type { Party } from '@cleangrid/core/fake-clock.ts';
import type { Random } from './random.ts';
import { outcomeOf, type SimPlan } from './sim-plan.ts';
import { nameOf, type World } from './world.ts';

/** A step really began to run. */
export interface Fact {
  atMs: number;
  ref: AttemptRef;
  step: StepId;
  boot: string;
}

export interface SimRunnerOptions {
  world: World;
  party: Party;
  agent: AgentId;
  random: Random;
  plans: SimPlan[];
  executed: (fact: Fact) => void;
  gridOf: (ref: AttemptRef) => number;
  /** A step took its host down. */
  killed: () => void;
}

export class SimRunner implements AttemptRunner {
  readonly #options: SimRunnerOptions;
  /** Attempts whose processes live. */
  readonly live: Set<AttemptRef> = new Set();

  #isReaped = false;

  constructor(options: SimRunnerOptions) {
    this.#options = options;
  }

  /** A newer boot has removed its containers: nothing of it can run any more. */
  reap(): void {
    this.#isReaped = true;
    for (const ref of this.live)
      this.#options.world.alive.delete(`${this.#options.party.name} ${ref.run} ${nameOf(ref)}`);
    this.live.clear();
  }

  async run(
    delivery: Delivery,
    report: AttemptReport,
    signal: AbortSignal,
  ): Promise<Omit<AttemptClose, 'lastSeq'>> {
    const { ref, scenario } = delivery;
    const { random, world, party } = this.#options;
    const startedMs = world.clock.nowMs;
    this.live.add(ref);
    world.alive.add(`${party.name} ${ref.run} ${nameOf(ref)}`);
    report.preparing('waiting for services');
    await this.#pause(random.integer(0, 200), signal);
    const verdicts: Verdict[] = [];
    if (!signal.aborted) report.started();
    let ended: Verdict | null = null;
    for (const step of scenario.steps) {
      const verdict = signal.aborted
        ? cancelled('user', 'the run was cancelled')
        : (ended ?? (await this.#step(delivery, step, signal)));
      verdicts.push(verdict);
      if (scenario.order === 'sequential' && verdict.outcome !== 'passed')
        ended ??= skipped('earlier_step', 'a step failed');
      const held = report.stepFinished(this.#result(ref, step, verdict));
      if (held) await held;
    }
    // Killing what runs takes its time too.
    if (signal.aborted) await this.#pause(random.integer(0, 500));
    this.live.delete(ref);
    world.alive.delete(`${party.name} ${ref.run} ${nameOf(ref)}`);
    if (random.chance(0.01)) throw new Error('a bug of the runner');
    const durationMs = world.clock.nowMs - startedMs;
    return {
      verdict: scenarioVerdict(verdicts),
      durationMs,
      waitedMs: 0,
      reused: !delivery.fresh,
      failedChecks: [],
      serviceLogs: [],
    };
  }

  async #step({ ref, scenario }: Delivery, { id: step }: PlannedStep, signal: AbortSignal): Promise<Verdict> {
    const { world, party, random, plans, executed, killed } = this.#options;
    const plan = plans.find(({ run }) => run === ref.run);
    if (this.#isReaped) return broken('container_lost', 'a newer boot removed it');
    const temper = plan?.tempers.get(scenario.id) ?? 'passes';
    executed({ atMs: world.clock.nowMs, ref, step, boot: party.name });
    world.note(`${party.name} runs ${nameOf(ref)} ${step}`);
    if (temper === 'kills') world.clock.after(world.nature, random.integer(0, 50), killed);
    await this.#pause(temper === 'hangs' ? 3_600_000 : random.integer(0, plan?.stepMsMax ?? 0), signal);
    return signal.aborted ? cancelled('user', 'the run was cancelled') : outcomeOf(temper, ref, step);
  }

  /** The output names the attempt, so that a report shows whose results it was made from. */
  #result(ref: AttemptRef, { id: step }: PlannedStep, verdict: Verdict): StepResult {
    const { party, gridOf } = this.#options;
    const head = `${nameOf(ref)} ${party.name} ${gridOf(ref)}`;
    return {
      step,
      verdict,
      startedAtMs: null,
      durationMs: 1,
      exit: null,
      failedChecks: [],
      stdout: { ...noOutput, head, totalBytes: head.length },
      stderr: noOutput,
      where: { agent: this.#options.agent, container: 'sim', service: null, executor: 'none' },
      evidence: null,
    };
  }

  #pause(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleep(this.#options.world.clock.of(this.#options.party), delayMs, signal).catch(() => {});
  }
}
