/** Watches a history while it happens: what is published, said and executed may never contradict what was stored and answered before. */

import { brokenRetriesMax } from '@cleangrid/core/limits.ts';
import type { AttemptClose, AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { Fact } from './sim-runner.ts';
import { nameOf, type WireEvent, type World } from './world.ts';

/** What is known of one shard, from the outside. */
export interface ShardLog {
  /** By attempt number: the boot it was published for. */
  owners: Map<number, string>;
  /** Closes whose storing was answered. */
  closes: Map<number, AttemptClose>;
  /** Attempts of which the coordinator heard that they started. */
  started: Set<number>;
  /** Steps with a stored result that passed, by attempt. */
  passedSteps: Map<number, Set<string>>;
}

export class Monitor {
  readonly #world: World;
  readonly #shards = new Map<string, ShardLog>();
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
  }

  /** The store is lost: another grid begins, in which the same names mean other things. */
  beginGrid(): void {
    this.#grid += 1;
    for (const known of [this.#shards, this.#frames, this.#closesSaid, this.#granted, this.#facts])
      known.clear();
  }

  get grid(): number {
    return this.#grid;
  }

  /** Of the very object that was published. */
  gridOf(ref: AttemptRef): number {
    return this.#gridOf.get(ref) ?? 0;
  }

  shard(ref: AttemptRef): ShardLog {
    const key = `${ref.run} ${ref.shard}`;
    let log = this.#shards.get(key);
    if (!log) {
      log = { owners: new Map(), closes: new Map(), started: new Set(), passedSteps: new Map() };
      this.#shards.set(key, log);
    }
    return log;
  }

  shardsOf(run: string): Map<string, ShardLog> {
    const prefix = `${run} `;
    const found = [...this.#shards].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, log]) => [key.slice(prefix.length), log]));
  }

  published({ ref, agent, boot, scenario }: Delivery): void {
    this.#gridOf.set(ref, this.#grid);
    const log = this.shard(ref);
    const owner = `${agent}.${boot}`;
    const known = log.owners.get(ref.attempt);
    if (known !== undefined && known !== owner)
      this.#world.violated(`${nameOf(ref)} has two owners: ${known} and ${owner}`);
    if (known === undefined && ref.attempt < Math.max(0, ...log.owners.keys()))
      this.#world.violated(`${nameOf(ref)} is opened after a newer one`);
    log.owners.set(ref.attempt, owner);
    this.#checkRetry(ref, log, scenario.retries);
    const isSlice = ref.shard.includes('.');
    const again = scenario.steps.filter(({ id }) => isSlice && this.#passedBefore(log, ref.attempt, id));
    if (again.length > 0)
      this.#world.violated(
        `${nameOf(ref)} carries steps that have passed: ${again.map(({ id }) => id).join(' ')}`,
      );
  }

  /** A close that was answered ends the shard, or spent its own budget. */
  #checkRetry(ref: AttemptRef, log: ShardLog, retries: number): void {
    const before = [...log.closes]
      .filter(([attempt]) => attempt < ref.attempt)
      .map(([, close]) => close.verdict.outcome);
    const count = (outcome: string): number => before.filter((one) => one === outcome).length;
    if (log.closes.has(ref.attempt))
      this.#world.violated(`${nameOf(ref)} is published after its close was stored`);
    if (count('passed') > 0) this.#world.violated(`${nameOf(ref)} runs what has passed`);
    if (count('failed') > retries) this.#world.violated(`${nameOf(ref)} is more than ${retries} retries`);
    if (count('broken') > brokenRetriesMax)
      this.#world.violated(`${nameOf(ref)} is more than ${brokenRetriesMax} retries of what broke`);
  }

  #passedBefore(log: ShardLog, attempt: number, step: string): boolean {
    return [...log.passedSteps].some(([earlier, steps]) => earlier < attempt && steps.has(step));
  }

  onWire(event: WireEvent): void {
    if (event.from === 'agent') this.#agentSays(event);
    else this.#coordinatorSays(event);
  }

  #agentSays({ what, boot, message }: Extract<WireEvent, { from: 'agent' }>): void {
    switch (message.kind) {
      case 'accepted':
        if (this.shard(message.ref).owners.get(message.ref.attempt) !== boot)
          this.#world.violated(`${boot} accepts ${nameOf(message.ref)}, which is not its own`);
        return;
      case 'started':
        if (what === 'received') this.shard(message.ref).started.add(message.ref.attempt);
        return;
      case 'frame':
        this.#frames.set(`${keyOf(message.ref)} ${message.seq}`, message.results);
        if (what === 'received') this.shard(message.ref).started.add(message.ref.attempt);
        return;
      case 'close':
        this.#closesSaid.set(keyOf(message.ref), message.close);
        return;
      default:
    }
  }

  #coordinatorSays({ what, boot, message }: Extract<WireEvent, { from: 'coordinator' }>): void {
    switch (message.kind) {
      case 'acceptStored':
        if (what === 'received' && message.answer === 'stored')
          this.#granted.add(`${keyOf(message.ref)} ${boot}`);
        return;
      case 'closeStored': {
        const close = this.#closesSaid.get(keyOf(message.ref));
        if (what === 'sent' && message.answer === 'stored' && close)
          this.shard(message.ref).closes.set(message.ref.attempt, close);
        return;
      }
      case 'framesStored':
        if (what === 'sent' && message.answer === 'stored') this.#framesStored(message.ref, message.seq);
        return;
      default:
    }
  }

  #framesStored(ref: AttemptRef, upTo: number): void {
    const log = this.shard(ref);
    const passed = log.passedSteps.get(ref.attempt) ?? new Set();
    for (let seq = 1; seq <= upTo; seq++) {
      for (const { step, verdict } of this.#frames.get(`${keyOf(ref)} ${seq}`) ?? [])
        if (verdict.outcome === 'passed') passed.add(step);
    }
    log.passedSteps.set(ref.attempt, passed);
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
