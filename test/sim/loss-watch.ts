/** Watches who is given up in a history: an agent to which nothing happened keeps its work (rules 13 and 14), a host that lost some does not get it back (15). */

import type { AttemptRef, Delivery } from '@cleangrid/core/protocol.ts';
import type { ShardLogs } from './shard-logs.ts';
import { nameOf, type WireEvent, type World } from './world.ts';

export class LossWatch {
  readonly #world: World;
  readonly #logs: ShardLogs;
  readonly #hostOf = new Map<string, string>();
  /** Since when nothing has happened to a boot; a coordinator that dies or freezes happens to nobody else. */
  readonly #steadySinceMs = new Map<string, number>();
  /** Since when the present coordinator knows a boot. */
  readonly #readySinceMs = new Map<string, number>();
  readonly #avoided = new Map<string, Set<string>>();
  readonly #stopped = new Set<string>();
  readonly #draining = new Set<string>();
  readonly #disturbedAtMs = new Map<string, number>();
  /** By connection. */
  readonly #welcomedAtMs = new Map<number, number>();

  constructor(world: World, logs: ShardLogs) {
    this.#world = world;
    this.#logs = logs;
  }

  disturbed(boot: string): void {
    this.#disturbedAtMs.set(boot, this.#world.clock.nowMs);
    this.#steadySinceMs.delete(boot);
    this.#readySinceMs.delete(boot);
  }

  hostDisturbed(host: string): void {
    for (const [boot, on] of this.#hostOf) if (on === host) this.disturbed(boot);
  }

  allDisturbed(): void {
    for (const boot of this.#hostOf.keys()) this.disturbed(boot);
  }

  /** It will know nobody until they say hello. */
  coordinatorDisturbed(): void {
    this.#readySinceMs.clear();
  }

  beginGrid(): void {
    this.allDisturbed();
    this.#avoided.clear();
    this.#stopped.clear();
  }

  onWire(event: WireEvent): void {
    if (event.from === 'agent') this.#agentSays(event);
    else this.#coordinatorSays(event);
  }

  #agentSays({ what, boot, message }: Extract<WireEvent, { from: 'agent' }>): void {
    if (message.kind === 'hello' && what === 'sent') {
      this.#hostOf.set(boot, message.host);
      if (message.slots === 0) this.#draining.add(boot);
      // Its connection broke although the coordinator is the same: something is wrong between them.
      if (this.#readySinceMs.has(boot)) this.disturbed(boot);
    }
    if (message.kind === 'hello' && what === 'received') this.#usurped(boot);
    if (message.kind === 'stopped') this.#stopped.add(`${boot} ${message.ref.run} ${nameOf(message.ref)}`);
  }

  #coordinatorSays({ what, boot, connection, message }: Extract<WireEvent, { from: 'coordinator' }>): void {
    const { nowMs } = this.#world.clock;
    if (message.kind === 'revoke') this.#readySinceMs.delete(boot);
    if (message.kind !== 'welcome') return;
    if (what === 'sent') {
      this.#welcomedAtMs.set(connection, nowMs);
      return;
    }
    // A welcome from before something happened says nothing about now.
    if ((this.#welcomedAtMs.get(connection) ?? 0) <= (this.#disturbedAtMs.get(boot) ?? -1)) return;
    if (!this.#steadySinceMs.has(boot)) this.#steadySinceMs.set(boot, nowMs);
    if (!this.#draining.has(boot)) this.#readySinceMs.set(boot, nowMs);
  }

  /** Whoever has its name and is not it will be refused. */
  #usurped(by: string): void {
    const [name] = by.split('.');
    for (const boot of this.#hostOf.keys())
      if (boot !== by && boot.split('.')[0] === name) this.disturbed(boot);
  }

  /** Before the shard's log takes it in. */
  published({ ref, agent, boot }: Delivery): void {
    const log = this.#logs.of(ref);
    if (log.owners.has(ref.attempt)) return;
    const shard = `${ref.run} ${ref.shard}`;
    const earlier = ref.attempt - 1;
    const owner = log.owners.get(earlier);
    if (owner !== undefined) {
      const close = log.closes.get(earlier);
      const verdicts = [close?.verdict, ...(log.results.get(earlier)?.values() ?? [])];
      if (!close || verdicts.some((verdict) => verdict?.outcome === 'broken')) this.#avoid(shard, owner);
      if (!close) this.#checkLoss(owner, { ...ref, attempt: earlier });
    }
    this.#checkHost(shard, { owner: `${agent}.${boot}`, ref });
  }

  #avoid(shard: string, owner: string): void {
    const host = this.#hostOf.get(owner);
    if (host === undefined) return;
    this.#avoided.set(shard, (this.#avoided.get(shard) ?? new Set()).add(host));
  }

  /** The coordinator gave an attempt up; it may still be resumed. */
  lost(ref: AttemptRef): void {
    const owner = this.#logs.ownerOf(ref);
    if (owner !== undefined && !this.#logs.of(ref).closes.has(ref.attempt)) this.#checkLoss(owner, ref);
  }

  #checkLoss(owner: string, ref: AttemptRef): void {
    const publishedMs = this.#logs.of(ref).publishedAtMs.get(ref.attempt) ?? 0;
    const isSteady = (this.#steadySinceMs.get(owner) ?? Number.POSITIVE_INFINITY) <= publishedMs;
    const mayBeOverdue = this.#world.clock.nowMs - publishedMs > 50_000;
    const isStopped = this.#stopped.has(`${owner} ${ref.run} ${nameOf(ref)}`);
    if (isSteady && !mayBeOverdue && !isStopped)
      this.#world.violated(`${nameOf(ref)} is lost, and nothing happened to ${owner}`);
  }

  #checkHost(shard: string, { owner, ref }: { owner: string; ref: Delivery['ref'] }): void {
    const avoided = this.#avoided.get(shard);
    const host = this.#hostOf.get(owner);
    if (!avoided || host === undefined || !avoided.has(host)) return;
    const settledMs = this.#world.clock.nowMs - 2000;
    const others = [...this.#readySinceMs].filter(
      ([boot, sinceMs]) => sinceMs < settledMs && !avoided.has(this.#hostOf.get(boot) ?? host),
    );
    if (others.length > 0)
      this.#world.violated(
        `${nameOf(ref)} goes back to ${host}, although ${others.map(([boot]) => boot).join(', ')} could take it`,
      );
  }
}
