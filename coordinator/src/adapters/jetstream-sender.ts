/** The coordinator's side of the mailboxes in JetStream: one work-queue stream an epoch, one durable consumer a mailbox. */

import { createHash } from 'node:crypto';
import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type Sha256 } from '@cleangrid/core/ids.ts';
import {
  mailboxAckMs,
  mailboxDuplicatesMs,
  mailboxHeaderBytesMax,
  mailboxUnacknowledgedMax,
  natsCallMsMax,
  natsReconnectMs,
  natsTriesMax,
} from '@cleangrid/core/limits.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import type { Epoch, PackedDelivery } from '@cleangrid/core/protocol.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { isSupersededBy, mailboxName, mailboxPlace, streamName } from '@cleangrid/proto/mailbox-name.ts';
import { encodeDelivery, type ScenarioPlacement } from '@cleangrid/proto/wire-delivery.ts';
import {
  AckPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from 'nats';
import type { Logger } from 'pino';
import { AckedPublisher } from './acked-publisher.ts';

export interface JetStreamSenderParts {
  connection: NatsConnection;
  /** Takes scenarios that are too large for a message. */
  blobs: BlobStore;
  clock: Clock;
  logger: Logger;
}

/** The stream of one epoch, as this coordinator made it. */
interface EpochStream {
  name: string;
  /** The server's time of its creation: another one is another stream. */
  created: string;
  /** The highest number that an acknowledgement named. */
  lastSeq: number;
  mailboxCount: number;
  lost: (reason: string) => void;
}

export class JetStreamSender implements MailboxSender {
  readonly #parts: JetStreamSenderParts;
  readonly #publisher: AckedPublisher;
  #manager: JetStreamManager | null = null;
  #stream: EpochStream | null = null;
  #closed = false;

  constructor(parts: JetStreamSenderParts) {
    this.#parts = parts;
    this.#publisher = new AckedPublisher(parts.connection, parts.clock);
    void this.#verifyAfterReconnects();
  }

  async begin(epoch: Epoch, lost: (reason: string) => void): Promise<void> {
    this.#stream = null;
    const name = streamName(epoch);
    const { created } = await this.#persist(async ({ streams }) => {
      for await (const found of streams.names()) {
        if (isSupersededBy(epoch, found)) await streams.delete(found).catch(ignoreMissing);
      }
      return streams.add({
        name,
        subjects: [`${name}.>`],
        retention: RetentionPolicy.Workqueue,
        storage: StorageType.File,
        duplicate_window: nanos(mailboxDuplicatesMs),
      });
    });
    this.#stream = { name, created, lastSeq: 0, mailboxCount: 0, lost };
  }

  async create(agent: AgentId, boot: number): Promise<string> {
    const stream = this.#current();
    stream.mailboxCount += 1;
    const mailbox = mailboxName(stream.name, { agent, boot, ordinal: stream.mailboxCount });
    await this.#guard(stream, ({ consumers }) =>
      consumers.add(stream.name, {
        durable_name: mailboxPlace(mailbox).consumer,
        filter_subject: mailbox,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(mailboxAckMs),
        max_ack_pending: mailboxUnacknowledgedMax,
        // Never given up: what is not wanted is purged.
        max_deliver: -1,
      }),
    );
    return mailbox;
  }

  async publish(mailbox: string, delivery: PackedDelivery): Promise<void> {
    const stream = this.#current();
    const { run, shard, attempt } = delivery.ref;
    const id = `${run} ${shard}.${attempt}.${delivery.publishNumber}`;
    const body = encodeDelivery(delivery, await this.#placeScenario(delivery));
    try {
      const { seq, duplicate } = await this.#publisher.publish(mailbox, { id, body });
      if (duplicate !== true && seq <= stream.lastSeq) this.#lose(stream, 'its numbers went back');
      stream.lastSeq = Math.max(stream.lastSeq, seq);
    } catch (error) {
      void this.#verify(stream);
      throw error;
    }
  }

  async remove(mailbox: string): Promise<void> {
    const { stream, consumer } = mailboxPlace(mailbox);
    await this.#persist(async ({ streams, consumers }) => {
      // Deleting alone would keep the messages.
      await streams.purge(stream, { filter: mailbox }).catch(ignoreMissing);
      await consumers.delete(stream, consumer).catch(ignoreMissing);
    });
  }

  /** The connection stays the caller's. */
  close(): void {
    this.#closed = true;
    this.#stream = null;
    this.#publisher.close();
  }

  #current(): EpochStream {
    if (this.#stream) return this.#stream;
    throw new GridError('unavailable', 'the mailboxes are gone until a new epoch begins');
  }

  async #placeScenario({ scenarioJson }: PackedDelivery): Promise<ScenarioPlacement> {
    const json = new TextEncoder().encode(scenarioJson);
    const payloadMax = this.#parts.connection.info?.max_payload ?? 0;
    if (json.length <= payloadMax - mailboxHeaderBytesMax) return { kind: 'inline', json };
    const sha256 = id<Sha256>(createHash('sha256').update(json).digest('hex'));
    await this.#parts.blobs.put(sha256, json);
    return { kind: 'blob', sha256 };
  }

  /** A server that comes back may have lost its disk, or the end of it (rule 19). */
  async #verifyAfterReconnects(): Promise<void> {
    for await (const { type } of this.#parts.connection.status()) {
      if (this.#closed) return;
      if (type === 'reconnect' && this.#stream) await this.#verify(this.#stream);
    }
  }

  async #verify(stream: EpochStream): Promise<void> {
    const { logger } = this.#parts;
    // Publishes go on while the answer is on its way.
    const { lastSeq } = stream;
    try {
      const { created, state } = await this.#guard(stream, ({ streams }) => streams.info(stream.name));
      if (created !== stream.created) this.#lose(stream, 'it was made again');
      else if (state.last_seq < lastSeq) this.#lose(stream, 'its numbers went back');
    } catch (error) {
      logger.debug({ stream: stream.name, reason: messageOf(error) }, 'stream not verified');
    }
  }

  /** A stream that is missing is lost. */
  async #guard<Answer>(
    stream: EpochStream,
    request: (manager: JetStreamManager) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await this.#persist(request);
    } catch (error) {
      if (isApiError(error, JetStreamApiCodes.StreamNotFound)) this.#lose(stream, 'it is gone');
      throw new GridError('unavailable', `JetStream: ${messageOf(error)}`, { cause: error });
    }
  }

  #lose(stream: EpochStream, what: string): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    setImmediate(() => stream.lost(`stream ${stream.name}: ${what}`));
  }

  /** JetStream starts some seconds after its server: until then requests find nobody. */
  async #persist<Answer>(request: (manager: JetStreamManager) => Promise<Answer>): Promise<Answer> {
    const { clock, connection } = this.#parts;
    for (let tries = 1; ; tries += 1) {
      try {
        this.#manager ??= await jetstreamManager(connection, { checkAPI: false, timeout: natsCallMsMax });
        return await request(this.#manager);
      } catch (error) {
        if (error instanceof JetStreamApiError || tries >= natsTriesMax || this.#closed) throw error;
      }
      await sleep(clock, natsReconnectMs);
    }
  }
}

function isApiError(error: unknown, ...codes: number[]): boolean {
  return error instanceof JetStreamApiError && codes.includes(error.code);
}

function ignoreMissing(error: unknown): void {
  if (!isApiError(error, JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound)) throw error;
}
