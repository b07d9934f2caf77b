/** The client of a history: submits its run, watches it to its end across coordinators' lives, maybe cancels it. */

import { createHash } from 'node:crypto';
import type { Coordinator } from '@cleangrid/coordinator/coordinator.ts';
import { Party } from '@cleangrid/core/fake-clock.ts';
import { id, type ScenarioId, type Sha256 } from '@cleangrid/core/ids.ts';
import {
  type RunEvent,
  type RunService,
  type ScenarioRecord,
  type Submission,
  submitted,
} from '@cleangrid/core/run-service.ts';
import type { SimCoordinator } from './sim-coordinator.ts';
import type { SimPlan } from './sim-plan.ts';
import type { World } from './world.ts';

const emptyManifest = new Uint8Array();
const retryMs = 200;

export interface SimClientOptions {
  world: World;
  coordinator: SimCoordinator;
  plan: SimPlan;
  submitAtMs: number;
  /** Null: it waits for the end. */
  cancelAtMs: number | null;
  /** For those who watch. */
  cancelling: () => void;
  finished: (record: ScenarioRecord) => void;
  /** An attempt counts as lost with its agent. */
  lost: (scenario: ScenarioId, attempt: number) => void;
}

export class SimClient {
  readonly plan: SimPlan;
  /** When it saw the end. */
  finishedAtMs: number | null = null;
  cancelWishedAtMs: number | null = null;
  /** When it saw each one's end. */
  readonly finishedScenarios: Map<ScenarioId, number> = new Map();
  readonly #options: SimClientOptions;
  readonly #party = new Party('client');
  readonly #finishedSteps = new Set<string>();
  #cursor = 0;
  #isCancelled = false;
  /** The coordinator whose watch is on. */
  #watched: Coordinator | null = null;
  #watch = new AbortController();

  constructor(options: SimClientOptions) {
    this.#options = options;
    this.plan = options.plan;
    this.#after(options.submitAtMs, () => this.#attend());
    if (options.cancelAtMs !== null) this.#after(options.cancelAtMs, () => this.#cancel());
  }

  /** The grid that knew the run is no more: it is submitted to the next one as if nothing had been. */
  startOver(): void {
    this.finishedAtMs = null;
    this.finishedScenarios.clear();
    this.#finishedSteps.clear();
    this.#cursor = 0;
    this.#isCancelled = false;
    this.#watch.abort();
    this.#watched = null;
  }

  /** Looks now and then whether there is another coordinator to talk to. */
  #attend(): void {
    const { open } = this.#options.coordinator;
    if (open && open !== this.#watched && this.finishedAtMs === null) {
      this.#watched = open;
      this.#watch.abort();
      this.#watch = new AbortController();
      void this.#follow(open.runs, this.#watch.signal).catch((error: unknown) => {
        if (this.#watched === open) this.#watched = null;
        this.#options.world.note(`client of ${this.plan.run}: ${String(error)}`);
      });
    }
    this.#after(retryMs, () => this.#attend());
  }

  async #follow(runs: RunService, signal: AbortSignal): Promise<void> {
    await runs.submit(this.#submission());
    for await (const event of runs.watch(this.plan.run, { cursor: this.#cursor, steps: 'every' }, signal)) {
      if (!signal.aborted) this.#take(event);
    }
  }

  #take(event: RunEvent): void {
    const { world } = this.#options;
    const isLive =
      event.kind === 'step_started' || event.kind === 'waiting' || event.kind === 'scenario_preparing';
    if (!isLive && event.cursor <= this.#cursor) world.violated(`watch repeats cursor ${event.cursor}`);
    this.#cursor = Math.max(this.#cursor, event.cursor);
    if (this.finishedAtMs !== null) world.violated(`watch goes on after the end with ${event.kind}`);
    if (event.kind === 'step_finished') {
      const { step, stdout } = event.result;
      const key = `${event.scenario} ${step} ${stdout.head}`;
      if (this.#finishedSteps.has(key)) world.violated(`watch tells twice of ${key}`);
      this.#finishedSteps.add(key);
    }
    if (event.kind === 'scenario_retried') {
      const { verdict, scenario, attempt } = event;
      if (verdict.outcome === 'broken' && verdict.reason === 'agent_lost')
        this.#options.lost(scenario, attempt);
    }
    if (event.kind === 'scenario_finished') {
      if (this.finishedScenarios.has(event.scenario)) world.violated(`${event.scenario} finishes twice`);
      this.finishedScenarios.set(event.scenario, world.clock.nowMs);
      this.#options.finished(event.record);
    }
    if (event.kind !== 'run_finished') return;
    this.finishedAtMs = world.clock.nowMs;
    world.note(`${this.plan.run} is finished: ${JSON.stringify(event.record.scenarios)}`);
  }

  #cancel(): void {
    const { world, coordinator } = this.#options;
    this.#after(retryMs, () => this.#cancel());
    if (this.#isCancelled || this.finishedAtMs !== null) return;
    this.cancelWishedAtMs ??= world.clock.nowMs;
    this.#options.cancelling();
    coordinator.open?.runs.cancel(this.plan.run, 'the user had enough').then(
      () => {
        this.#isCancelled = true;
        world.note(`${this.plan.run} is cancelled`);
      },
      (error: unknown) => world.note(`cancel of ${this.plan.run}: ${String(error)}`),
    );
  }

  /** Two scenarios a chunk, so that a coordinator can die between chunks. */
  #submission(): Submission {
    const { run, suite, scenarios } = this.plan;
    const sha256 = id<Sha256>(createHash('sha256').update(emptyManifest).digest('hex'));
    const chunks = Array.from({ length: Math.ceil(scenarios.length / 2) }, (_, index) =>
      scenarios.slice(2 * index, 2 * index + 2).map(submitted),
    );
    return {
      run,
      suites: [{ ...suite, workspace: sha256 }],
      traceMode: 'off',
      scenarios: this.#slowly(chunks),
      blobs: new Map([[sha256, async () => emptyManifest]]),
    };
  }

  async *#slowly<Chunk>(chunks: Chunk[]): AsyncGenerator<Chunk> {
    for (const chunk of chunks) {
      await new Promise<void>((resolve) => this.#after(this.#options.world.random.integer(0, 20), resolve));
      yield chunk;
    }
  }

  #after(delayMs: number, task: () => void): void {
    this.#options.world.clock.after(this.#party, delayMs, task);
  }
}
