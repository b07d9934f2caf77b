/**
 * The agent's side of the protocol (`docs/protocol.md`): takes deliveries from its mailbox, says what it accepts, lets attempts run in its
 * slots, and reports their results until they are stored. It decides nothing about a run: the coordinator does.
 */

import type { AgentDialer } from '@cleangrid/core/agent-link.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { MailboxReader, OpenMailbox, ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import type { AttemptRef, PoolCount } from '@cleangrid/core/protocol.ts';
import type { ExecutorKind } from '@cleangrid/core/result.ts';
import type { Logger } from 'pino';
import type { AttemptRunner } from './attempt-runner.ts';
import { Beats } from './beats.ts';
import { Connection, type LiveMessage, type Welcome } from './connection.ts';
import { HeldAttempts } from './held-attempts.ts';
import { Outbox } from './outbox.ts';
import { type PoolTeller, tellPool } from './tell-pool.ts';

export interface AgentOptions {
  agent: AgentId;
  /** From its ledger: higher than that of any earlier life under this name. */
  boot: number;
  /** Name of the Docker host, shared by agents on the same one. */
  host: string;
  slots: number;
  executor: ExecutorKind;
  version: string;
  dialer: AgentDialer;
  mailboxes: MailboxReader;
  runner: AttemptRunner;
  /** What its pool holds now. */
  pool(): PoolCount[];
  clock: Clock;
  logger: Logger;
}

export interface RunningAgent {
  /** Accepts nothing new, gives back what has not begun; resolves, disconnected, when all else is finished and stored. Needs a coordinator for that. */
  drain(): Promise<void>;
  /** Kills what runs; resolves, disconnected, when nothing runs. What was not stored is lost, and its attempts with it. */
  stop(): Promise<void>;
  /** Resolves with the coordinator's reason when it will not have this agent; everything is stopped by then. */
  refused: Promise<string>;
}

export function startAgent(options: AgentOptions): RunningAgent {
  return new Agent(options);
}

class Agent implements RunningAgent {
  readonly refused: Promise<string>;
  readonly #options: AgentOptions;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #attempts: HeldAttempts;
  readonly #beats: Beats;
  readonly #pool: PoolTeller;
  #mailbox: OpenMailbox | null = null;
  /** Deliveries that wait for room in the outbox; as many as the mailbox hands over unacknowledged. */
  #waiting: ReceivedDelivery[] = [];
  #draining = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: AgentOptions) {
    const { clock, dialer, runner, slots, logger } = options;
    this.#options = options;
    const refused = Promise.withResolvers<string>();
    this.refused = refused.promise;
    this.#connection = new Connection({
      dialer,
      clock,
      logger,
      hello: (connection, epoch) => {
        const { agent, boot, version, host, executor } = options;
        // An agent that drains has no room for anything: the coordinator gives it nothing.
        const slots = this.#draining ? 0 : options.slots;
        const holds = this.#attempts.refs();
        return { kind: 'hello', agent, boot, connection, version, host, slots, executor, holds, epoch };
      },
      welcomed: (welcome, newGrid) => this.#welcomed(welcome, newGrid),
      received: (message) => this.#received(message),
      drained: () => this.#outbox.pump(),
      lost: () => this.#lost(),
      refused: (reason) => void this.stop().then(() => refused.resolve(reason)),
    });
    this.#outbox = new Outbox({
      clock,
      link: this.#connection,
      settled: (ref) => this.#attempts.settled(ref),
      room: () => this.#admitWaiting(),
    });
    this.#attempts = new HeldAttempts({
      slots,
      runner,
      outbox: this.#outbox,
      send: (message) => this.#connection.send(message),
      released: () => this.#finishDrain(),
      clock,
      logger,
    });
    this.#beats = new Beats(clock, (beat) => this.#connection.send(beat));
    this.#pool = tellPool(clock, options.pool, (message) => this.#connection.send(message));
    this.#connection.open();
  }

  drain(): Promise<void> {
    if (!this.#draining) {
      this.#draining = true;
      this.#attempts.returnUnstarted();
      this.#finishDrain();
      this.#connection.reconnect('the agent drains');
    }
    return this.#drained.promise;
  }

  async stop(): Promise<void> {
    this.#draining = true;
    await this.#attempts.discardAll('the agent stops');
    this.#connection.close('the agent stops');
  }

  #welcomed({ mailbox, kill, settings }: Welcome, newGrid: boolean): void {
    if (newGrid) this.#attempts.forgetAll('the attempt belongs to a grid that is no more');
    // With nothing left to finish, a draining agent has left.
    if (!this.#connection.live) return;
    this.#closeMailbox();
    this.#openMailbox(mailbox);
    this.#beats.start(settings.beatIntervalMs);
    this.#pool.start();
    for (const ref of kill) this.#attempts.revoke(ref);
    this.#attempts.tellAgain();
    this.#outbox.resend();
  }

  #lost(): void {
    this.#beats.stop();
    this.#pool.stop();
    this.#closeMailbox();
  }

  #received(message: LiveMessage): void {
    switch (message.kind) {
      case 'acceptStored':
        return message.answer === 'stored' ? this.#attempts.stored(message.ref) : this.#stale(message.ref);
      case 'framesStored':
        return message.answer === 'stored'
          ? this.#outbox.framesStored(message.ref, message.seq)
          : this.#stale(message.ref);
      case 'closeStored':
        return message.answer === 'stored' ? this.#outbox.closeStored(message.ref) : this.#stale(message.ref);
      case 'revoke':
        return this.#attempts.revoke(message.ref);
      default:
        unreachable(message);
    }
  }

  #stale(ref: AttemptRef): void {
    this.#attempts.discard(ref, "the attempt is no longer the coordinator's");
  }

  /** A mailbox of an earlier welcome is dead: the coordinator publishes again into the new one. */
  #openMailbox(name: string): void {
    const { mailboxes } = this.#options;
    const mailbox: OpenMailbox = mailboxes.open(name, (received) => {
      if (this.#mailbox === mailbox) this.#admit(received);
    });
    this.#mailbox = mailbox;
  }

  #closeMailbox(): void {
    const { logger } = this.#options;
    this.#mailbox?.close().catch((err: unknown) => logger.warn({ err }, 'mailbox did not close'));
    this.#mailbox = null;
    this.#waiting = [];
  }

  #admit(received: ReceivedDelivery): void {
    const { delivery } = received;
    const foreign = delivery.agent !== this.#options.agent || delivery.boot !== this.#options.boot;
    if (foreign || this.#attempts.holds(delivery.ref)) return received.acknowledge();
    if (this.#draining) {
      this.#attempts.revoke(delivery.ref);
      return received.acknowledge();
    }
    if (this.#attempts.isOver(delivery.ref)) return received.acknowledge();
    if (this.#outbox.full) this.#waiting.push(received);
    else this.#attempts.offer(received);
  }

  #admitWaiting(): void {
    for (const received of this.#waiting.splice(0)) this.#admit(received);
  }

  #finishDrain(): void {
    if (!this.#draining || !this.#attempts.isIdle) return;
    this.#connection.close('drained');
    this.#drained.resolve();
  }
}
