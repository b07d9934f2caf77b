/** The agent's connection to its coordinator: dials, says hello, keeps one alive (rules 2, 3 and 8). What travels on it is `agent.ts`'s. */

import type { AgentDialer, Channel } from '@cleangrid/core/agent-link.ts';
import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import { reconnectMsFirst, reconnectMsMax } from '@cleangrid/core/limits.ts';
import type { Epoch, FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import type { Logger } from 'pino';
import { AnswerWatchdog } from './answer-watchdog.ts';
import { attemptKey } from './attempt-key.ts';

export type Welcome = Extract<ToAgent, { kind: 'welcome' }>;

/** Messages that arrive after a welcome. */
export type LiveMessage = Exclude<ToAgent, { kind: 'welcome' | 'refused' }>;

export interface ConnectionOptions {
  dialer: AgentDialer;
  clock: Clock;
  logger: Logger;
  hello(connection: number, epoch: Epoch | null): FromAgent;
  /** `newGrid`: what this agent holds belongs to a grid that is no more. */
  welcomed(welcome: Welcome, newGrid: boolean): void;
  received(message: LiveMessage): void;
  /** A channel that was full is writable again. */
  drained(): void;
  /** No message will arrive until the next welcome. */
  lost(): void;
  refused(reason: string): void;
}

/** One dialled channel. Events of a channel that is no longer the current one are ignored. */
interface Session {
  channel: Channel<FromAgent>;
  welcomed: boolean;
  /** The channel asked to wait. */
  saturated: boolean;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #watchdog: AnswerWatchdog;
  #session: Session | null = null;
  #number = 0;
  #epoch: Epoch | null = null;
  #pauseMs = reconnectMsFirst;
  #redial: CancelTimer | null = null;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#watchdog = new AnswerWatchdog(options.clock, () =>
      this.reconnect('the coordinator does not answer'),
    );
  }

  get live(): boolean {
    return this.#session?.welcomed === true;
  }

  get writable(): boolean {
    return this.live && this.#session?.saturated === false;
  }

  open(): void {
    this.#redial = null;
    this.#number += 1;
    const session: Session = {
      channel: this.#options.dialer.dial({
        message: (message) => {
          if (this.#session === session) this.#receive(session, message);
        },
        closed: (reason) => {
          if (this.#session === session) this.#leave(reason);
        },
      }),
      welcomed: false,
      saturated: false,
    };
    this.#session = session;
    this.#watchdog.expect('hello');
    session.channel.send(this.#options.hello(this.#number, this.#epoch));
  }

  /** Dropped while there is no live connection: what must survive that is told anew after the next welcome. */
  send(message: FromAgent): void {
    const session = this.#session;
    if (!session?.welcomed) return;
    this.#expectAnswer(message);
    if (session.channel.send(message) || session.saturated) return;
    session.saturated = true;
    void session.channel.drained().then(() => {
      session.saturated = false;
      if (this.#session === session) this.#options.drained();
    });
  }

  reconnect(reason: string): void {
    const session = this.#session;
    if (!session) return;
    this.#leave(reason);
    session.channel.close(reason);
  }

  /** For good. */
  close(reason: string): void {
    this.#closed = true;
    this.#redial?.();
    this.reconnect(reason);
  }

  #leave(reason: string): void {
    this.#session = null;
    this.#watchdog.stop();
    this.#options.lost();
    if (this.#closed) return;
    this.#options.logger.warn({ reason, retryInMs: this.#pauseMs }, 'connection to the coordinator lost');
    this.#redial = this.#options.clock.after(this.#pauseMs, () => this.open());
    this.#pauseMs = Math.min(this.#pauseMs * 2, reconnectMsMax);
  }

  #receive(session: Session, message: ToAgent): void {
    switch (message.kind) {
      case 'welcome':
        return this.#welcome(session, message);
      case 'refused':
        this.#closed = true;
        this.reconnect(message.reason);
        return this.#options.refused(message.reason);
      case 'acceptStored':
      case 'framesStored':
      case 'closeStored':
      case 'revoke':
        this.#noteAnswer(message);
        return this.#options.received(message);
      default:
        unreachable(message);
    }
  }

  #welcome(session: Session, welcome: Welcome): void {
    const known = this.#epoch;
    const newGrid = known !== null && known.grid !== welcome.epoch.grid;
    if (known && !newGrid && welcome.epoch.number < known.number) {
      return this.reconnect(`epoch ${welcome.epoch.number} is older than ${known.number}`);
    }
    this.#epoch = welcome.epoch;
    this.#pauseMs = reconnectMsFirst;
    this.#watchdog.answered('hello');
    session.welcomed = true;
    this.#options.welcomed(welcome, newGrid);
  }

  #expectAnswer(message: FromAgent): void {
    switch (message.kind) {
      case 'accepted':
      case 'close':
        return this.#watchdog.expect(`${message.kind} ${attemptKey(message.ref)}`);
      case 'frame':
        return this.#watchdog.expect(`frame ${attemptKey(message.ref)}`, message.seq);
      case 'hello':
      case 'started':
      case 'stopped':
      case 'progress':
      case 'preparing':
      case 'pool':
      case 'beat':
        return;
      default:
        unreachable(message);
    }
  }

  #noteAnswer(message: LiveMessage): void {
    switch (message.kind) {
      case 'acceptStored':
        return this.#watchdog.answered(`accepted ${attemptKey(message.ref)}`);
      case 'framesStored':
        return this.#watchdog.answered(
          `frame ${attemptKey(message.ref)}`,
          message.answer === 'stale' ? Infinity : message.seq,
        );
      case 'closeStored':
        return this.#watchdog.answered(`close ${attemptKey(message.ref)}`);
      case 'revoke':
        return;
      default:
        unreachable(message);
    }
  }
}
