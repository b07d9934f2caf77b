/** The contract of the port `Mailboxes`, run against every adapter. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentId, type GridId, id, type RunId, type ShardId, type Sha256 } from './ids.ts';
import { mailboxUnacknowledgedMax } from './limits.ts';
import type { MailboxReader, MailboxSender, OpenMailbox, ReceivedDelivery } from './mailboxes.ts';
import type { PackedDelivery } from './protocol.ts';

export interface OpenMailboxes {
  sender: MailboxSender;
  reader: MailboxReader;
  close(): Promise<void>;
}

const agent = id<AgentId>('agent-1');

export function mailboxesContract(name: string, open: () => Promise<OpenMailboxes>): void {
  describe(`Mailboxes: ${name}`, () => {
    let mailboxes: OpenMailboxes;
    let mailbox: string;
    let readers: OpenMailbox[];

    beforeEach(async () => {
      mailboxes = await open();
      await begin(1);
      mailbox = await mailboxes.sender.create(agent, 1);
      readers = [];
    });

    afterEach(async () => {
      await Promise.all(readers.map((reader) => reader.close()));
      await mailboxes.close();
    });

    function begin(number: number): Promise<void> {
      return mailboxes.sender.begin({ grid: id<GridId>('grid'), number }, (reason) => {
        throw new Error(`lost: ${reason}`);
      });
    }

    function publish(shard: number, publishNumber = 1, to = mailbox): Promise<void> {
      return mailboxes.sender.publish(to, delivery(shard, publishNumber));
    }

    function read(from = mailbox): Inbox {
      const inbox = new Inbox();
      inbox.reader = mailboxes.reader.open(from, (received) => inbox.push(received));
      readers.push(inbox.reader);
      return inbox;
    }

    it('hands over whole deliveries in order, those from before the reader came too', async () => {
      await publish(1);
      const inbox = read();
      await publish(2);
      expect((await inbox.next()).delivery).toEqual(delivery(1, 1));
      expect((await inbox.next()).delivery).toEqual(delivery(2, 1));
    });

    it('never makes the same mailbox twice, and keeps their deliveries apart', async () => {
      const other = await mailboxes.sender.create(agent, 1);
      expect(other).not.toBe(mailbox);
      await publish(1);
      await publish(2, 1, other);
      expect(shardOf(await read(other).next())).toBe('2');
      expect(shardOf(await read().next())).toBe('1');
    });

    it('takes the same publish number again for the same delivery, and the next one for another', async () => {
      await publish(1);
      await publish(1);
      await publish(1, 2);
      const inbox = read();
      expect((await inbox.next()).delivery.publishNumber).toBe(1);
      expect((await inbox.next()).delivery.publishNumber).toBe(2);
    });

    it('remembers a publish number after its delivery was acknowledged', async () => {
      await publish(1);
      const inbox = read();
      (await inbox.next()).acknowledge();
      await publish(1);
      await publish(2);
      expect(shardOf(await inbox.next())).toBe('2');
    });

    it('hands over again, to the next reader, what was not acknowledged, and nothing that was', async () => {
      for (const shard of [1, 2, 3]) await publish(shard);
      const first = read();
      await first.next();
      const second = await first.next();
      second.acknowledge();
      // An acknowledgement may travel: the close waits for it.
      await first.reader?.close();
      await publish(4);
      const again = read();
      const seen = new Set<string>();
      while (seen.size < 3) seen.add(shardOf(await again.next()));
      expect([...seen].sort()).toEqual(['1', '3', '4']);
    });

    it('hands over nothing after the close', async () => {
      const first = read();
      await first.reader?.close();
      await publish(1);
      expect(shardOf(await read().next())).toBe('1');
      expect(first.pending).toBe(0);
    });

    it('hands over only so many until some are acknowledged', async () => {
      for (let shard = 1; shard <= mailboxUnacknowledgedMax + 1; shard++) await publish(shard);
      const inbox = read();
      const received: ReceivedDelivery[] = [];
      while (received.length < mailboxUnacknowledgedMax) received.push(await inbox.next());
      const other = await mailboxes.sender.create(agent, 2);
      await publish(0, 1, other);
      // A later message of another mailbox came through: the one above the bound was held back.
      await read(other).next();
      expect(inbox.pending).toBe(0);
      received[0]?.acknowledge();
      expect(shardOf(await inbox.next())).toBe(`${mailboxUnacknowledgedMax + 1}`);
    });

    it('forgets every mailbox when a new epoch begins', async () => {
      await publish(1);
      const inbox = read();
      await inbox.next();
      await begin(2);
      const other = await mailboxes.sender.create(agent, 1);
      expect(other).not.toBe(mailbox);
      await publish(2, 1, other);
      expect(shardOf(await read(other).next())).toBe('2');
      expect(read().pending).toBe(0);
    });

    it('removes a mailbox with all that is in it, and removing it again does nothing', async () => {
      await publish(1);
      await mailboxes.sender.remove(mailbox);
      await mailboxes.sender.remove(mailbox);
      const other = await mailboxes.sender.create(agent, 1);
      await publish(2, 1, other);
      const inbox = read();
      expect(shardOf(await read(other).next())).toBe('2');
      expect(inbox.pending).toBe(0);
    });
  });
}

function delivery(shard: number, publishNumber: number): PackedDelivery {
  return {
    ref: { run: id<RunId>('run'), shard: id<ShardId>(`${shard}`), attempt: 1 },
    agent,
    boot: 1,
    publishNumber,
    suite: id<Sha256>('00'),
    fresh: false,
    trace: null,
    scenarioJson: JSON.stringify({ name: `scenario ${shard}` }),
  };
}

function shardOf(received: ReceivedDelivery): string {
  return received.delivery.ref.shard;
}

/** What a reader was handed, to be awaited one by one. */
class Inbox {
  reader: OpenMailbox | null = null;
  readonly #received: ReceivedDelivery[] = [];
  readonly #waiting: ((received: ReceivedDelivery) => void)[] = [];

  get pending(): number {
    return this.#received.length;
  }

  push(received: ReceivedDelivery): void {
    const resolve = this.#waiting.shift();
    if (resolve) resolve(received);
    else this.#received.push(received);
  }

  async next(): Promise<ReceivedDelivery> {
    const received = this.#received.shift();
    return received ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}
