/** The pool's book of its instances: their states, written to the ledger before anything is done, and their removal. Nothing else moves an instance. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { removalRetryMs, removalRetryMsMax } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import type { AdoptionDetail } from './adopt-container.ts';
import { type Hold, type Instance, isGone } from './instance.ts';
import type { InstanceNetworks } from './instance-networks.ts';
import { type InstanceState, moveInstance } from './instance-state.ts';
import type { Owner } from './ownership.ts';
import type { PoolLedger, PoolRecord, RecordState } from './pool-ledger.ts';
import { removeContainer, type StartParts } from './start-container.ts';

export interface BookParts extends Pick<StartParts, 'runtime' | 'watch'> {
  ledger: PoolLedger;
  networks: InstanceNetworks;
  owner: Owner;
  clock: Clock;
  logger: Logger;
  /** How long a clean instance stays although nobody wants it. 0: no longer than the agent. */
  keepWarmMs: number;
}

export class PoolBook {
  readonly #parts: BookParts;
  readonly #instances = new Set<Instance>();
  readonly #removals = new Set<Promise<void>>();
  /** An instance became free, or went. */
  readonly #changed: () => void;

  constructor(parts: BookParts, changed: () => void) {
    this.#parts = parts;
    this.#changed = changed;
  }

  get instances(): readonly Instance[] {
    return [...this.#instances];
  }

  add(instance: Instance): void {
    this.#write(instance);
    this.#instances.add(instance);
  }

  /** Its holder lives, and keeps it until then, by the monotonic clock. */
  renew(instance: Instance, key: string, deadlineMs: number): void {
    const hold = instance.holders.get(key);
    if (!hold || isGone(instance)) return;
    hold.deadlineMs = deadlineMs;
    this.#write(instance);
  }

  move(instance: Instance, to: InstanceState): void {
    const from = instance.state;
    const { clock, keepWarmMs } = this.#parts;
    if (to === 'ready') {
      instance.usedAtMs = clock.nowMs();
      instance.idleUntilMs = clock.nowMs() + keepWarmMs;
    }
    // Nothing is done that could not be written.
    this.#parts.ledger.put(this.#record(instance, moveInstance(from, to)));
    instance.state = to;
    if (to === 'ready') this.#changed();
  }

  /** From ready to leased. False: a person went in. */
  lend(instance: Instance): boolean {
    const to = moveInstance(instance.state, 'leased');
    const isLent = this.#parts.ledger.lend(this.#record(instance, to));
    if (isLent) instance.state = to;
    return isLent;
  }

  /** Those that a person went into. */
  visited(): ReadonlySet<string> {
    return this.#parts.ledger.visited();
  }

  /** It is lent no more and removed, whatever it takes. Again does nothing. */
  retire(instance: Instance, reason: string): void {
    if (isGone(instance)) return;
    const { logger, ledger } = this.#parts;
    logger.info({ container: instance.name, service: instance.label, reason }, 'a container is retired');
    this.move(instance, 'retiring');
    const isTheirs = ledger.handOver(instance.name);
    const removal = (isTheirs ? this.#giveUp(instance) : this.#remove(instance)).finally(() =>
      this.#removals.delete(removal),
    );
    this.#removals.add(removal);
    this.#changed();
  }

  /** Resolves when everything that was retired is gone. */
  async removed(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /** Leaves a clean instance to the next life. */
  async leave(instance: Instance): Promise<void> {
    this.#instances.delete(instance);
    await instance.made?.container.session.close();
  }

  /** A person is in it, and removes it when they leave, with the networks that its record names. */
  async #giveUp(instance: Instance): Promise<void> {
    const left = this.leave(instance);
    for (const key of instance.networks.keys()) {
      this.#forgetNetwork(key);
      this.#parts.networks.forget(key);
    }
    await left;
  }

  /** Cleaning up goes on until it is done: what the daemon refuses now it may do later. */
  async #remove(instance: Instance): Promise<void> {
    const { clock, logger, ledger } = this.#parts;
    const container = instance.made?.container ?? null;
    const removed = { name: instance.name, id: container?.id ?? null, session: container?.session ?? null };
    for (let pauseMs = removalRetryMs; ; pauseMs = Math.min(2 * pauseMs, removalRetryMsMax)) {
      try {
        await removeContainer(this.#parts, removed);
        this.#instances.delete(instance);
        await this.#removeNetworks(instance);
        ledger.remove(instance.name);
        instance.state = moveInstance(instance.state, 'removed');
        this.#changed();
        return;
      } catch (error) {
        logger.warn({ err: error, container: instance.name }, 'a container could not be removed yet');
        await sleep(clock, pauseMs);
      }
    }
  }

  /** Of a service: a workspace container only visits the network of the services beside it, and is of no use without. */
  async #removeNetworks({ kind, networks }: Instance): Promise<void> {
    if (kind === 'workspace') return;
    for (const key of networks.keys()) await this.dropNetwork(key);
  }

  /** Nobody may use it any more. */
  async dropNetwork(key: string): Promise<void> {
    this.#forgetNetwork(key);
    await this.#parts.networks.remove(key);
  }

  #forgetNetwork(key: string): void {
    for (const other of this.#instances) {
      if (!other.networks.delete(key)) continue;
      if (other.kind === 'workspace' && other.state === 'ready') this.retire(other, 'its network is gone');
      // The next life must not take it for granted.
      else this.#write(other);
    }
  }

  #write(instance: Instance): void {
    this.#parts.ledger.put(this.#record(instance, instance.state));
  }

  #record(instance: Instance, state: InstanceState): PoolRecord {
    const { owner } = this.#parts;
    const holds = [...instance.holders.values()];
    const detail: AdoptionDetail = {
      startedAtMs: instance.made?.container.startedAtMs ?? 0,
      networks: [...instance.networks],
    };
    return {
      container: instance.name,
      kind: instance.kind,
      label: instance.label,
      digest: instance.digest,
      boot: owner.boot,
      state: recordStates[state],
      holder: holds.map(({ holder }) => holder).join(', ') || null,
      deadlineMs: this.#lastDeadlineMs(holds),
      createdAtMs: instance.createdAtMs,
      usedAtMs: instance.usedAtMs,
      idleUntilMs: instance.idleUntilMs,
      expiresAtMs: instance.expiresAtMs,
      uses: instance.uses,
      networks: [...instance.networks.values()],
      detail: JSON.stringify(detail),
    };
  }

  /** By the wall clock, which other processes and lives share. */
  #lastDeadlineMs(holds: readonly Hold[]): number | null {
    const deadlines = holds.flatMap(({ deadlineMs }) => deadlineMs ?? []);
    const { clock } = this.#parts;
    if (deadlines.length === 0) return null;
    return Math.round(clock.nowMs() + Math.max(...deadlines) - clock.monotonicMs());
  }
}

const recordStates: Readonly<Record<InstanceState, RecordState>> = {
  creating: 'making',
  starting: 'making',
  ready: 'clean',
  leased: 'leased',
  resetting: 'dirty',
  retiring: 'dirty',
  removed: 'dirty',
};
