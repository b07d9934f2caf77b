/** A coordinator on virtual time with a real store, and agents that say what a test tells them to. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { type RecordingMeter, recordingMeter } from '@cleangrid/core/fake/recording-meter.ts';
import { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { MemoryMailboxes } from '@cleangrid/core/memory-mailboxes.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { RunEvent, ScenarioRecord, Watched } from '@cleangrid/core/run-service.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import pino from 'pino';
import { openSqliteRunStore } from '../adapters/sqlite-run-store.ts';
import { type Coordinator, openCoordinator } from '../coordinator.ts';
import type { RunStore } from '../run-store.ts';
import { submission } from './plans.ts';
import { ScriptedAgent, type ScriptedAgentOptions } from './scripted-agent.ts';

export const run: RunId = id<RunId>('run-1');

export class ScriptedGrid {
  readonly clock: FakeClock;
  readonly store: RunStore = openSqliteRunStore({ directory: null });
  readonly mailboxes: MemoryMailboxes;
  readonly meter: RecordingMeter = recordingMeter();
  readonly events: RunEvent[] = [];
  /** Lines of the log, as JSON. */
  readonly log: string[] = [];
  coordinator!: Coordinator;
  /** While set, every transaction ends with it. */
  storeFailure: GridError | null = null;
  /** What each transaction takes to become durable. */
  commitMs = 0;
  #committedMs = 0;
  readonly #letter: string;
  readonly #nature = new Party('nature');
  #life = new Party('coordinator');

  /** `letter` makes its random ids. */
  constructor(letter = 'a') {
    this.#letter = letter;
    this.clock = new FakeClock({
      random: () => 0.5,
      crashed: (_, error) => {
        throw error;
      },
    });
    this.mailboxes = new MemoryMailboxes(this.clock.deferOf(this.#nature));
  }

  /** Also after `kill`: on the same store. */
  async open(): Promise<void> {
    this.#life = new Party('coordinator');
    this.coordinator = await openCoordinator({
      store: this.#failing(this.#life),
      mailboxes: this.mailboxes,
      blobs: noBlobs(),
      clock: this.#slowedClock(),
      ids: { random: (length) => this.#letter.repeat(length) },
      logger: pino({ level: 'info' }, { write: (line) => void this.log.push(line) }),
      meter: this.meter,
    });
  }

  kill(): void {
    this.#life.state = 'dead';
  }

  freeze(durationMs: number): void {
    this.#life.state = 'frozen';
    this.clock.after(this.#nature, durationMs, () => this.clock.thaw(this.#life));
  }

  async advance(durationMs: number): Promise<void> {
    await this.clock.run(() => false, this.clock.nowMs + durationMs);
  }

  /** Connected, and welcomed. */
  async agent(name: string, options: Partial<ScriptedAgentOptions> = {}): Promise<ScriptedAgent> {
    const { clock, mailboxes } = this;
    const host = `host-of-${name}`;
    const agent = new ScriptedAgent({
      clock,
      party: this.#nature,
      mailboxes,
      name,
      host,
      slots: 1,
      ...options,
    });
    agent.connect(this.coordinator);
    await this.advance(0);
    return agent;
  }

  submit(...scenarios: PlannedScenario[]): Promise<void> {
    return this.submitAs(run, ...scenarios);
  }

  async submitAs(name: RunId, ...scenarios: PlannedScenario[]): Promise<void> {
    const submitted = this.coordinator.runs.submit(submission(name, scenarios));
    submitted.catch(() => {});
    await this.advance(0);
    await submitted;
    await this.advance(0);
  }

  /** Collects the run's events from now on. */
  watch(
    { cursor = 0, steps = 'every' }: Partial<Watched> = {},
    signal: AbortSignal = new AbortController().signal,
  ): void {
    const { runs } = this.coordinator;
    void (async () => {
      for await (const event of runs.watch(run, { cursor, steps }, signal)) this.events.push(event);
    })().catch(() => {});
  }

  async scenarios(): Promise<ScenarioRecord[]> {
    return Array.fromAsync(this.coordinator.runs.scenarios(run));
  }

  async cancel(message = 'Ctrl-C'): Promise<void> {
    const cancelled = this.coordinator.runs.cancel(run, message);
    await this.advance(0);
    await cancelled;
    await this.advance(0);
  }

  #slowedClock(): Clock {
    const clock = this.clock.of(this.#life);
    return { ...clock, monotonicMs: () => clock.monotonicMs() + this.#committedMs };
  }

  #failing(life: Party): RunStore {
    return {
      ...this.store,
      transaction: (work) => {
        if (life.state === 'dead') throw new GridError('store_failed', 'this coordinator is dead');
        const committed = this.store.transaction((writes) => {
          const result = work(writes);
          if (this.storeFailure) throw this.storeFailure;
          return result;
        });
        this.#committedMs += this.commitMs;
        return committed;
      },
    };
  }
}

function noBlobs(): BlobStore {
  return {
    has: async () => true,
    get: async () => new Uint8Array(),
    put: async () => {},
  };
}
