/** Watches a history while it happens: what is published, said and executed may never contradict what was stored and answered before. */

import { brokenRetriesMax } from '@cleangrid/core/limits.ts';
import type { AttemptClose, AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import { AgentConduct } from './agent-conduct.ts';
import { LossWatch } from './loss-watch.ts';
import { type ShardLog, ShardLogs } from './shard-logs.ts';
import { retriesOf } from './sim-plan.ts';
import type { Fact } from './sim-runner.ts';
import { nameOf, type WireEvent, type World } from './world.ts';

export class Monitor {
  readonly logs: ShardLogs = new ShardLogs();
  readonly conduct: AgentConduct;
  readonly losses: LossWatch;
  readonly #world: World;
  readonly #frames = new Map<string, StepResult[]>();
  readonly #closesSaid = new Map<string, AttemptClose>();
  /** Attempts that a boot was told it may run. */
  readonly #granted = new Set<string>();
  readonly #facts = new Set<string>();
  /** Which grid published an attempt. */
  readonly #gridOf = new WeakMap<AttemptRef, number>();
  #grid = 1;

  constructor(world: World) {
    this.#world = world;
    this.conduct = new AgentConduct(world, this.logs);
    this.losses = new LossWatch(world, this.logs);
  }

  /** The store is lost: another grid begins, in which the same names mean other things. */
  beginGrid(): void {
    this.#grid += 1;
    for (const known of [this.logs, this.#frames, this.#closesSaid, this.#granted, this.#facts])
      known.clear();
    this.conduct.beginGrid();
    this.losses.beginGrid();
  }

  get grid(): number {
    return this.#grid;
  }

  /** Of the very object that was published. */
  gridOf(ref: AttemptRef): number {
    return this.#gridOf.get(ref) ?? 0;
  }

  published(mailbox: string, delivery: Delivery): void {
    const { ref, agent, boot, scenario } = delivery;
    this.#gridOf.set(ref, this.#grid);
    this.losses.published(delivery);
    this.conduct.published(mailbox, delivery);
    const log = this.logs.of(ref);
    const owner = `${agent}.${boot}`;
    const known = log.owners.get(ref.attempt);
    if (known !== undefined && known !== owner)
      this.#world.violated(`${nameOf(ref)} has two owners: ${known} and ${owner}`);
    if (known === undefined && ref.attempt < Math.max(0, ...log.owners.keys()))
      this.#world.violated(`${nameOf(ref)} is opened after a newer one`);
    if (known === undefined) log.publishedAtMs.set(ref.attempt, this.#world.clock.nowMs);
    log.owners.set(ref.attempt, owner);
    if (log.closes.has(ref.attempt))
      this.#world.violated(`${nameOf(ref)} is published after its close was stored`);
    if (ref.shard.includes('.')) this.#checkSteps(delivery, log);
    else this.#checkRetry(delivery, log);
    if (scenario.steps.length === 0) this.#world.violated(`${nameOf(ref)} has nothing to run`);
  }

  /** A close that was answered ends the shard, or spent its own budget. */
  #checkRetry({ ref, scenario }: Delivery, log: ShardLog): void {
    const before = [...log.closes].filter(([attempt]) => attempt < ref.attempt).map(([, close]) => close);
    const count = (outcome: string): number =>
      before.filter(({ verdict }) => verdict.outcome === outcome).length;
    if (count('passed') > 0) this.#world.violated(`${nameOf(ref)} runs what has passed`);
    if (count('failed') > retriesOf(scenario))
      this.#world.violated(`${nameOf(ref)} is more than ${retriesOf(scenario)} retries`);
    if (count('broken') > brokenRetriesMax)
      this.#world.violated(`${nameOf(ref)} is more than ${brokenRetriesMax} retries of what broke`);
  }

  /** The same for independent steps, each by itself. */
  #checkSteps({ ref, scenario }: Delivery, log: ShardLog): void {
    for (const { id } of scenario.steps) {
      const before = [...log.results].filter(([attempt]) => attempt < ref.attempt);
      const count = (outcome: string, among = before): number =>
        among.filter(([, results]) => results.get(id)?.outcome === outcome).length;
      // Of an attempt that was lost only what passed is final; its failures spend nothing.
      const closed = before.filter(([attempt]) => log.closes.has(attempt));
      if (count('passed') > 0) this.#world.violated(`${nameOf(ref)} runs ${id}, which has passed`);
      if (count('failed', closed) > retriesOf(scenario))
        this.#world.violated(`${nameOf(ref)} runs ${id} after its ${retriesOf(scenario)} retries`);
    }
  }

  onWire(event: WireEvent): void {
    this.conduct.onWire(event);
    this.losses.onWire(event);
    if (event.from === 'agent') this.#agentSays(event);
    else this.#coordinatorSays(event);
  }

  #agentSays({ what, message }: Extract<WireEvent, { from: 'agent' }>): void {
    if (message.kind === 'close') this.#closesSaid.set(keyOf(message.ref), message.close);
    if (message.kind === 'frame') this.#frames.set(`${keyOf(message.ref)} ${message.seq}`, message.results);
    if (what === 'received' && (message.kind === 'started' || message.kind === 'frame'))
      this.logs.of(message.ref).started.add(message.ref.attempt);
  }

  #coordinatorSays({ what, boot, message }: Extract<WireEvent, { from: 'coordinator' }>): void {
    if (!('answer' in message) || message.answer !== 'stored') return;
    const { ref } = message;
    if (message.kind === 'acceptStored' && what === 'received') this.#granted.add(`${keyOf(ref)} ${boot}`);
    if (message.kind === 'framesStored' && what === 'sent') this.#framesStored(ref, message.seq);
    const close = this.#closesSaid.get(keyOf(ref));
    if (message.kind === 'closeStored' && what === 'sent' && close)
      this.logs.of(ref).closes.set(ref.attempt, close);
  }

  #framesStored(ref: AttemptRef, upTo: number): void {
    const log = this.logs.of(ref);
    const results = log.results.get(ref.attempt) ?? new Map();
    for (let seq = 1; seq <= upTo; seq++) {
      for (const { step, verdict } of this.#frames.get(`${keyOf(ref)} ${seq}`) ?? [])
        results.set(step, verdict);
    }
    log.results.set(ref.attempt, results);
  }

  executed({ ref, step, boot }: Fact): void {
    if (!this.#granted.has(`${keyOf(ref)} ${boot}`))
      this.#world.violated(`${boot} runs ${nameOf(ref)}, which nobody granted`);
    const key = `${keyOf(ref)} ${step}`;
    if (this.#facts.has(key)) this.#world.violated(`${nameOf(ref)} ${step} runs twice`);
    this.#facts.add(key);
  }
}

function keyOf(ref: AttemptRef): string {
  return `${ref.run} ${nameOf(ref)}`;
}
