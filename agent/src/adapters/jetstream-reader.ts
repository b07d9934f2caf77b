/** The agent's side of its mailbox in JetStream: a pull consumer, asked for batches. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { messageOf } from '@cleangrid/core/errors.ts';
import { mailboxPullMax, natsCallMsMax, natsReconnectMs } from '@cleangrid/core/limits.ts';
import type { MailboxReader, OpenMailbox, ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import type { PackedDelivery } from '@cleangrid/core/protocol.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { type MailboxPlace, mailboxPlace } from '@cleangrid/proto/mailbox-name.ts';
import { decodeDelivery } from '@cleangrid/proto/wire-delivery.ts';
import {
  type ConsumerMessages,
  JetStreamApiError,
  type JetStreamClient,
  type JsMsg,
  jetstream,
} from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import type { Logger } from 'pino';

export interface JetStreamReaderParts {
  connection: NatsConnection;
  /** Has scenarios that were too large for a message. */
  blobs: BlobStore;
  clock: Clock;
  logger: Logger;
}

export class JetStreamReader implements MailboxReader {
  readonly #parts: JetStreamReaderParts;
  readonly #client: JetStreamClient;

  constructor(parts: JetStreamReaderParts) {
    this.#parts = parts;
    this.#client = jetstream(parts.connection, { timeout: natsCallMsMax });
  }

  open(mailbox: string, receive: (received: ReceivedDelivery) => void): OpenMailbox {
    return new Inbox(this.#parts, this.#client, { place: mailboxPlace(mailbox), receive });
  }
}

interface Subscription {
  place: MailboxPlace;
  receive(received: ReceivedDelivery): void;
}

class Inbox implements OpenMailbox {
  readonly #parts: JetStreamReaderParts;
  readonly #subscription: Subscription;
  readonly #closing = new AbortController();
  /** Handed over, or about to be, and not acknowledged. */
  readonly #outstanding = new Set<JsMsg>();
  #messages: ConsumerMessages | null = null;
  /** Keeps the order while a large scenario is fetched. */
  #lastDecoded: Promise<void> = Promise.resolve();

  constructor(parts: JetStreamReaderParts, client: JetStreamClient, subscription: Subscription) {
    this.#parts = parts;
    this.#subscription = subscription;
    void this.#consume(client);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#messages?.close();
    // So that they need not wait for the mailbox's patience to end.
    for (const message of this.#outstanding) message.nak();
    const { connection } = this.#parts;
    if (!connection.isClosed()) await connection.flush();
  }

  /** Asks until JetStream answers. A mailbox that is not there was removed: the coordinator tells of the next one. */
  async #consume(client: JetStreamClient): Promise<void> {
    const { clock, logger } = this.#parts;
    const { stream, consumer } = this.#subscription.place;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const found = await client.consumers.get(stream, consumer);
        if (signal.aborted) return;
        this.#messages = await found.consume({
          max_messages: mailboxPullMax,
          callback: (message) => this.#take(message),
        });
        if (signal.aborted) await this.#messages.close();
        return;
      } catch (error) {
        logger.debug({ stream, consumer, reason: messageOf(error) }, 'mailbox not opened');
        if (error instanceof JetStreamApiError) return;
      }
      await sleep(clock, natsReconnectMs, signal).catch(() => {});
    }
  }

  #take(message: JsMsg): void {
    if (this.#closing.signal.aborted) return message.nak();
    this.#outstanding.add(message);
    this.#lastDecoded = this.#lastDecoded.then(() => this.#handOver(message));
  }

  async #handOver(message: JsMsg): Promise<void> {
    const { blobs, logger } = this.#parts;
    let delivery: PackedDelivery;
    try {
      delivery = await decodeDelivery(message.data, (sha256) => blobs.get(sha256));
    } catch (error) {
      // It comes again after `mailboxAckMs`, or the coordinator publishes it anew.
      logger.warn({ subject: message.subject, reason: messageOf(error) }, 'delivery not readable');
      this.#outstanding.delete(message);
      return;
    }
    if (this.#closing.signal.aborted) return;
    const acknowledge = (): void => {
      if (this.#outstanding.delete(message)) message.ack();
    };
    this.#subscription.receive({ delivery, acknowledge });
  }
}
