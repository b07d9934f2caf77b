/** The coordinator of a history: killed and opened again on the same store, whose commits may fail. */

import { type Coordinator, openCoordinator } from '@cleangrid/coordinator/coordinator.ts';
import { openSqliteRunStore } from '@cleangrid/coordinator/adapters/sqlite-run-store.ts';
import type { RunStore } from '@cleangrid/coordinator/run-store.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { Party } from '@cleangrid/core/fake-clock.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import pino from 'pino';
import type { Random } from './random.ts';
import type { SimMailboxes } from './sim-mailboxes.ts';
import type { SimNetwork } from './sim-network.ts';
import type { World } from './world.ts';

export interface SimCoordinatorOptions {
  world: World;
  network: SimNetwork;
  mailboxes: SimMailboxes;
  /** It forgets who is connected. */
  disturbed: () => void;
  started: () => void;
}

interface Life {
  party: Party;
  coordinator: Coordinator | null;
}

export class SimCoordinator {
  /** Of one transaction. */
  commitFailure = 0;
  store: RunStore;
  readonly #options: SimCoordinatorOptions;
  readonly #world: World;
  readonly #random: Random;
  readonly #blobs: BlobStore = memoryBlobs();
  #life: Life | null = null;
  #lives = 0;

  constructor(options: SimCoordinatorOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#random = options.world.random.fork();
    this.store = openSqliteRunStore({ directory: null });
  }

  /** Null while it is down or opening. */
  get open(): Coordinator | null {
    return this.#life?.party.state === 'dead' ? null : (this.#life?.coordinator ?? null);
  }

  get party(): Party | null {
    return this.#life?.party ?? null;
  }

  start(): void {
    if (this.#life) return;
    this.#lives += 1;
    const party = new Party(`coordinator.${this.#lives}`);
    const life: Life = { party, coordinator: null };
    this.#life = life;
    this.#world.note(`${party.name} starts`);
    this.#options.started();
    const ids = this.#random.fork();
    const opening = openCoordinator({
      store: this.#failing(this.store, party),
      mailboxes: this.#options.mailboxes.sender(party),
      blobs: this.#blobs,
      clock: this.#world.clock.of(party),
      ids: { random: (length) => Array.from({ length }, () => ids.integer(0, 31).toString(32)).join('') },
      logger: pino({ level: 'silent' }),
    });
    opening.then(
      (coordinator) => {
        if (party.state === 'dead') return;
        life.coordinator = coordinator;
        this.#options.network.listen(party, coordinator.accept);
      },
      (error: unknown) => this.crash(party, error),
    );
  }

  /** A store that fails ends its process: the next one starts from what was committed. */
  crash(party: Party, error: unknown): void {
    this.#world.note(`${party.name} ends: ${String(error)}`);
    this.kill();
    this.restartIn(this.#random.integer(200, 3000));
  }

  /** The next life finds an empty disk: that is another grid. */
  loseStore(): void {
    this.kill();
    this.#world.note('the store is lost');
    this.store.close();
    this.store = openSqliteRunStore({ directory: null });
  }

  kill(): void {
    if (!this.#life) return;
    const { party } = this.#life;
    this.#world.note(`${party.name} is killed`);
    party.state = 'dead';
    this.#life = null;
    this.#options.disturbed();
    this.#options.network.breakConnectionsOf(party);
  }

  /** As an operator ends a coordinator. */
  close(): void {
    const life = this.#life;
    if (!life?.coordinator) return;
    this.#world.note(`${life.party.name} closes`);
    const { coordinator } = life;
    this.#world.clock.after(life.party, 0, () => {
      void coordinator.close().then(() => {
        if (this.#life !== life) return;
        this.kill();
        this.restartIn(this.#random.integer(0, 3000));
      });
    });
  }

  restartIn(delayMs: number): void {
    this.#world.clock.after(this.#world.nature, delayMs, () => this.start());
  }

  freezeFor(durationMs: number): void {
    const party = this.#life?.party;
    if (party?.state !== 'alive') return;
    this.#world.note(`${party.name} freezes for ${durationMs} ms`);
    party.state = 'frozen';
    this.#world.clock.after(this.#world.nature, durationMs, () => {
      if (party.state === 'frozen') this.#world.clock.thaw(party, () => this.#random.integer(0, 200));
    });
  }

  #failing(store: RunStore, party: Party): RunStore {
    return {
      ...store,
      transaction: (work) => {
        if (party.state === 'dead') throw new GridError('store_failed', 'this life is over');
        if (!this.#random.chance(this.commitFailure)) return store.transaction(work);
        this.#world.note(`a commit of ${party.name} fails`);
        this.#options.disturbed();
        return store.transaction((writes) => {
          work(writes);
          throw new GridError('store_failed', 'the disk does not answer');
        });
      },
    };
  }
}

function memoryBlobs(): BlobStore {
  const blobs = new Map<Sha256, Uint8Array>();
  return {
    has: async (sha256) => blobs.has(sha256),
    get: async (sha256) => {
      const bytes = blobs.get(sha256);
      if (!bytes) throw new GridError('not_found', `no blob ${sha256}`);
      return bytes;
    },
    put: async (sha256, bytes) => void blobs.set(sha256, bytes),
  };
}
