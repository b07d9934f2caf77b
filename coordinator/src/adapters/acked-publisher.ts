/**
 * Publishes to JetStream without a subscription for each acknowledgement: replies come to one wildcard subject, numbered. Ten times
 * cheaper than the client's own `publish`, and any number may be under way.
 */

import { type CancelTimer, type Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { natsCallMsMax } from '@cleangrid/core/limits.ts';
import { createInbox, headers, type Msg, type NatsConnection, type Subscription } from 'nats';

/** JetStream's answer: the message's number in its stream. */
export interface PublishAck {
  seq: number;
  duplicate?: boolean;
}

interface Pending {
  resolve(ack: PublishAck): void;
  reject(error: GridError): void;
  dueAtMs: number;
}

const noResponders = 503;

export class AckedPublisher {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  /** By number, oldest first. */
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #timer: CancelTimer | null = null;

  constructor(connection: NatsConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#settle(message);
      },
    });
  }

  /** The same `messageId` again is the same message. Rejects with `unavailable`. */
  publish(subject: string, message: { id: string; body: Uint8Array }): Promise<PublishAck> {
    this.#count += 1;
    const number = this.#count;
    const dueAtMs = this.#clock.monotonicMs() + natsCallMsMax;
    return new Promise((resolve, reject) => {
      const head = headers();
      head.set('Nats-Msg-Id', message.id);
      this.#connection.publish(subject, message.body, { reply: `${this.#inbox}.${number}`, headers: head });
      this.#pending.set(number, { resolve, reject, dueAtMs });
      this.#timer ??= this.#clock.after(natsCallMsMax, () => this.#giveUpOverdue());
    });
  }

  close(): void {
    this.#timer?.();
    this.#subscription.unsubscribe();
    this.#rejectAll('the mailboxes are closed');
  }

  #settle(message: Msg): void {
    const number = Number(message.subject.slice(this.#inbox.length + 1));
    const pending = this.#pending.get(number);
    if (!pending) return;
    this.#pending.delete(number);
    if (message.headers?.code === noResponders)
      return pending.reject(unavailable('no JetStream, or no such stream'));
    const answer: PublishAck & { error?: { description: string } } = message.json();
    if (answer.error) pending.reject(unavailable(answer.error.description));
    else pending.resolve(answer);
  }

  /** One timer serves all: it looks at the oldest, which is the first. */
  #giveUpOverdue(): void {
    this.#timer = null;
    const nowMs = this.#clock.monotonicMs();
    for (const [number, { dueAtMs, reject }] of this.#pending) {
      if (dueAtMs > nowMs) {
        this.#timer = this.#clock.after(dueAtMs - nowMs, () => this.#giveUpOverdue());
        return;
      }
      this.#pending.delete(number);
      reject(unavailable('NATS does not answer'));
    }
  }

  #rejectAll(why: string): void {
    for (const { reject } of this.#pending.values()) reject(unavailable(why));
    this.#pending.clear();
  }
}

function unavailable(why: string): GridError {
  return new GridError('unavailable', `not published: ${why}`);
}
