/** The adapter of `Mailboxes` for coordinator and agents in one process. */

import type { Defer } from './defer.ts';
import type { AgentId } from './ids.ts';
import { mailboxDuplicatesMax, mailboxUnacknowledgedMax } from './limits.ts';
import type { MailboxReader, MailboxSender, OpenMailbox, ReceivedDelivery } from './mailboxes.ts';
import type { PackedDelivery } from './protocol.ts';

export class MemoryMailboxes implements MailboxSender, MailboxReader {
  readonly #defer: Defer;
  readonly #mailboxes = new Map<string, Mailbox>();
  #created = 0;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  /** Memory loses nothing. */
  async begin(): Promise<void> {
    for (const mailbox of this.#mailboxes.values()) mailbox.removeAll();
    this.#mailboxes.clear();
  }

  async create(agent: AgentId, boot: number): Promise<string> {
    this.#created += 1;
    const name = `${agent}.${boot}.${this.#created}`;
    this.#mailboxes.set(name, new Mailbox(this.#defer));
    return name;
  }

  /** Into a mailbox that was removed: does nothing. */
  async publish(mailbox: string, delivery: PackedDelivery): Promise<void> {
    this.#mailboxes.get(mailbox)?.publish(delivery);
  }

  async remove(mailbox: string): Promise<void> {
    this.#mailboxes.get(mailbox)?.removeAll();
    this.#mailboxes.delete(mailbox);
  }

  /** Opening it again takes it from the earlier reader, with all that was not acknowledged. */
  open(mailbox: string, receive: (received: ReceivedDelivery) => void): OpenMailbox {
    const reader: Reader = { receive, outstanding: new Set() };
    this.#mailboxes.get(mailbox)?.read(reader);
    return { close: async () => this.#mailboxes.get(mailbox)?.stopReading(reader) };
  }
}

interface Reader {
  receive(received: ReceivedDelivery): void;
  /** Handed over and not acknowledged. */
  outstanding: Set<PackedDelivery>;
}

class Mailbox {
  readonly #defer: Defer;
  /** In the order of their publication. */
  readonly #deliveries = new Set<PackedDelivery>();
  readonly #published = new Set<string>();
  #reader: Reader | null = null;
  #handOverIsDue = false;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  publish(delivery: PackedDelivery): void {
    const messageId = `${delivery.ref.run} ${delivery.ref.shard}.${delivery.ref.attempt}.${delivery.publishNumber}`;
    if (this.#published.has(messageId)) return;
    this.#published.add(messageId);
    const [oldest] = this.#published;
    if (oldest !== undefined && this.#published.size > mailboxDuplicatesMax) this.#published.delete(oldest);
    this.#deliveries.add(delivery);
    this.#scheduleHandOver();
  }

  removeAll(): void {
    this.#deliveries.clear();
    this.#reader = null;
  }

  read(reader: Reader): void {
    this.#reader = reader;
    this.#scheduleHandOver();
  }

  stopReading(reader: Reader): void {
    if (this.#reader === reader) this.#reader = null;
  }

  #scheduleHandOver(): void {
    if (this.#handOverIsDue || !this.#reader) return;
    this.#handOverIsDue = true;
    this.#defer(() => this.#handOver());
  }

  #handOver(): void {
    this.#handOverIsDue = false;
    for (const delivery of this.#deliveries) {
      const reader = this.#reader;
      if (!reader || reader.outstanding.size >= mailboxUnacknowledgedMax) return;
      if (reader.outstanding.has(delivery)) continue;
      reader.outstanding.add(delivery);
      reader.receive({ delivery, acknowledge: () => this.#acknowledge(delivery, reader) });
    }
  }

  #acknowledge(delivery: PackedDelivery, reader: Reader): void {
    reader.outstanding.delete(delivery);
    this.#deliveries.delete(delivery);
    this.#scheduleHandOver();
  }
}
