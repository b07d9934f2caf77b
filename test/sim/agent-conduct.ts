/** Watches what agents and coordinator say to each other in a history: rules that a single message can break. */

import type { AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import type { ShardLogs } from './shard-logs.ts';
import { nameOf, type WireEvent, type World } from './world.ts';

/** More than any credit: slots, and what 100 ms of the shortest shards of a history are worth. */
const heldPerSlotMax = 6;

export class AgentConduct {
  readonly #world: World;
  readonly #logs: ShardLogs;
  readonly #slots = new Map<string, number>();
  /** What a boot was told it may run, and has not ended, by boot. */
  readonly #held = new Map<string, Set<string>>();
  readonly #stopped = new Set<string>();
  readonly #published = new Set<string>();
  /** Attempts whose death a boot has to prove before it gets work. */
  readonly #unproven = new Map<string, string>();
  #epochFloor = { fromMs: Number.POSITIVE_INFINITY, number: 0 };
  #epoch = 0;

  constructor(world: World, logs: ShardLogs) {
    this.#world = world;
    this.#logs = logs;
  }

  beginGrid(): void {
    for (const known of [this.#held, this.#stopped, this.#published, this.#unproven, this.#world.alive])
      known.clear();
    this.forgetLoss();
    this.#epoch = 0;
  }

  /** The coordinator is told: from soon on it welcomes to a later epoch only (rule 19). */
  mailboxesLost(): void {
    this.#epochFloor = { fromMs: this.#world.clock.nowMs + 5000, number: this.#epoch + 1 };
  }

  /** It starts, or stands still: what it was told may come later than it seems. */
  forgetLoss(): void {
    this.#epochFloor = { fromMs: Number.POSITIVE_INFINITY, number: 0 };
  }

  deathUnproven(ref: AttemptRef): void {
    const boot = this.#logs.ownerOf(ref);
    if (boot !== undefined && !this.#stopped.has(`${boot} ${keyOf(ref)}`))
      this.#unproven.set(boot, keyOf(ref));
  }

  published(mailbox: string, { ref, agent, boot, publishNumber }: Delivery): void {
    const key = `${mailbox} ${keyOf(ref)} ${publishNumber}`;
    if (this.#published.has(key)) this.#world.violated(`${key} is published twice under one number`);
    this.#published.add(key);
    if (this.#unproven.has(`${agent}.${boot}`))
      this.#world.violated(`${agent}.${boot} gets work before it proved a death`);
  }

  onWire(event: WireEvent): void {
    if (event.from === 'agent') this.#agentSays(event);
    else this.#coordinatorSays(event);
  }

  #agentSays({ what, boot, message }: Extract<WireEvent, { from: 'agent' }>): void {
    if (message.kind === 'hello') this.#slots.set(boot, message.slots);
    if (what === 'received') {
      if (message.kind === 'stopped' && this.#unproven.get(boot) === keyOf(message.ref))
        this.#unproven.delete(boot);
      return;
    }
    if (message.kind === 'accepted') this.#accepts(boot, message.ref);
    if (
      message.kind === 'stopped' &&
      message.survivors === 0 &&
      this.#world.alive.has(`${boot} ${keyOf(message.ref)}`)
    )
      this.#world.violated(`${boot} says that ${nameOf(message.ref)} is stopped, and it runs`);
    if (message.kind === 'stopped') this.#stopped.add(`${boot} ${keyOf(message.ref)}`);
    if (message.kind === 'stopped' || message.kind === 'close')
      this.#held.get(boot)?.delete(keyOf(message.ref));
  }

  #accepts(boot: string, ref: AttemptRef): void {
    if (this.#logs.of(ref).owners.get(ref.attempt) !== boot)
      this.#world.violated(`${boot} accepts ${nameOf(ref)}, which is not its own`);
    if (this.#stopped.has(`${boot} ${keyOf(ref)}`))
      this.#world.violated(`${boot} accepts ${nameOf(ref)}, which it has said is stopped`);
  }

  #coordinatorSays({ what, boot, message }: Extract<WireEvent, { from: 'coordinator' }>): void {
    if (message.kind === 'welcome' && what === 'sent') {
      this.#epoch = message.epoch.number;
      const { fromMs, number } = this.#epochFloor;
      if (this.#world.clock.nowMs > fromMs && this.#epoch < number)
        this.#world.violated(`the mailboxes were lost, and epoch ${this.#epoch} goes on`);
      for (const ref of message.kill) this.#checkKill(boot, ref);
    }
    if (message.kind === 'acceptStored' && what === 'received' && message.answer === 'stored')
      this.#grant(boot, message.ref);
    const isOver = 'answer' in message && message.answer === 'stale';
    if (isOver || message.kind === 'revoke') this.#held.get(boot)?.delete(keyOf(message.ref));
  }

  #grant(boot: string, ref: AttemptRef): void {
    const held = this.#held.get(boot) ?? new Set();
    this.#held.set(boot, held.add(keyOf(ref)));
    const slots = this.#slots.get(boot) ?? 0;
    if (slots > 0 && held.size > slots * heldPerSlotMax)
      this.#world.violated(`${boot} holds ${held.size} attempts for ${slots} slots`);
  }

  /** What its owner still holds, and nobody else was given, may go on (rule 10). */
  #checkKill(boot: string, ref: AttemptRef): void {
    const log = this.#logs.of(ref);
    const isNewest = ref.attempt === Math.max(...log.owners.keys()) && log.owners.get(ref.attempt) === boot;
    const isYoung = this.#world.clock.nowMs - (log.publishedAtMs.get(ref.attempt) ?? 0) < 50_000;
    const mayBeClosed =
      ref.shard.includes('.') || ref.attempt > 2 || log.isCancelled || log.closes.has(ref.attempt);
    const isStopped = this.#stopped.has(`${boot} ${keyOf(ref)}`);
    if (isNewest && isYoung && !mayBeClosed && !isStopped)
      this.#world.violated(`${boot} is to kill ${nameOf(ref)}, which could go on`);
  }
}

function keyOf(ref: AttemptRef): string {
  return `${ref.run} ${nameOf(ref)}`;
}
