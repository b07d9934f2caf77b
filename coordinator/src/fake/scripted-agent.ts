/** An agent that says exactly what a test tells it to, and beats by itself unless told not to. */

import type { ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { Coordinator } from '../coordinator.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import type { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import type { MemoryMailboxes } from '@cleangrid/core/memory-mailboxes.ts';
import {
  type AttemptRef,
  type Delivery,
  type Epoch,
  type FromAgent,
  opened,
  type ToAgent,
} from '@cleangrid/core/protocol.ts';
import { passed, type Verdict } from '@cleangrid/core/verdict.ts';
import { version } from '@cleangrid/core/version.ts';
import { stepResult } from './plans.ts';

export interface ScriptedAgentOptions {
  clock: FakeClock;
  party: Party;
  mailboxes: MemoryMailboxes;
  name: string;
  host: string;
  slots: number;
  boot?: number;
}

export class ScriptedAgent {
  readonly received: ToAgent[] = [];
  readonly deliveries: Delivery[] = [];
  closedBecause: string | null = null;
  isSilent = false;
  version: string = version;
  holds: AttemptRef[] = [];
  /** As it says with its next hello. */
  slots: number;
  readonly #options: ScriptedAgentOptions;
  #connection = 0;
  #epoch: Epoch | null = null;
  #events: ChannelEvents<FromAgent> | null = null;

  constructor(options: ScriptedAgentOptions) {
    this.#options = options;
    this.slots = options.slots;
  }

  get agent(): AgentId {
    return id<AgentId>(this.#options.name);
  }

  get boot(): number {
    return this.#options.boot ?? 1;
  }

  connect(coordinator: Coordinator): void {
    this.#connection += 1;
    this.closedBecause = null;
    const events = coordinator.accept({
      send: (message) => this.#receive(message),
      drained: async () => {},
      close: (reason) => {
        if (this.#events !== events) return;
        this.closedBecause = reason;
        this.#events = null;
        events.closed(reason);
      },
    });
    this.#events = events;
    const { host } = this.#options;
    const { slots } = this;
    this.say({
      kind: 'hello',
      agent: this.agent,
      boot: this.boot,
      connection: this.#connection,
      version: this.version,
      host,
      slots,
      executor: 'none',
      holds: this.holds,
      epoch: this.#epoch,
    });
    this.#beat(events);
  }

  disconnect(): void {
    const events = this.#events;
    this.#events = null;
    events?.closed('the agent hung up');
  }

  say(message: FromAgent): void {
    this.#events?.message(message);
  }

  /** The newest delivery of a shard; a test names only what must be there. */
  delivery(shard: string): Delivery {
    const found = this.deliveries.findLast((delivery) => delivery.ref.shard === shard);
    invariant(found, `shard ${shard} was delivered`);
    return found;
  }

  /** Everything of an attempt in used containers that goes well, except for the verdicts of `verdicts`. */
  run(delivery: Delivery, verdicts: Verdict[] = []): void {
    const { ref, scenario } = delivery;
    this.say({ kind: 'accepted', ref });
    this.say({ kind: 'started', ref });
    const results = scenario.steps.map((step, index) => stepResult(step.id, verdicts[index] ?? passed));
    this.say({ kind: 'frame', ref, seq: 1, results });
    this.close(ref, verdicts.find((verdict) => verdict.outcome !== 'passed') ?? passed);
  }

  close(ref: AttemptRef, verdict: Verdict, lastSeq = 1): void {
    const close = {
      lastSeq,
      verdict,
      durationMs: 10,
      waitedMs: 1,
      reused: true,
      failedChecks: [],
      serviceLogs: [],
    };
    this.say({ kind: 'close', ref, close });
  }

  answers<Kind extends ToAgent['kind']>(kind: Kind): Extract<ToAgent, { kind: Kind }>[] {
    return this.received.filter(
      (message): message is Extract<ToAgent, { kind: Kind }> => message.kind === kind,
    );
  }

  #receive(message: ToAgent): boolean {
    this.received.push(message);
    if (message.kind !== 'welcome') return true;
    this.#epoch = message.epoch;
    this.#options.mailboxes.open(message.mailbox, ({ delivery, acknowledge }) => {
      this.deliveries.push(opened(delivery, JSON.parse));
      acknowledge();
    });
    return true;
  }

  #beat(events: ChannelEvents<FromAgent>): void {
    this.#options.clock.after(this.#options.party, 1000, () => {
      if (this.#events !== events) return;
      if (!this.isSilent) this.say({ kind: 'beat', loopTickMs: 0 });
      this.#beat(events);
    });
  }
}
