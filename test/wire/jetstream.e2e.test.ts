import { JetStreamReader } from '@cleangrid/agent/adapters/jetstream-reader.ts';
import { JetStreamSender } from '@cleangrid/coordinator/adapters/jetstream-sender.ts';
import {
  type AgentId,
  type GridId,
  id,
  type RunId,
  type ScenarioId,
  type ShardId,
  type Sha256,
} from '@cleangrid/core/ids.ts';
import { mailboxesContract } from '@cleangrid/core/mailboxes.contract.ts';
import type { ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import { type PackedDelivery, packed } from '@cleangrid/core/protocol.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { natsPrograms } from '../support/nats-programs.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';

const logger = pino({ level: 'silent' });
const clock = systemClock;
const agent = id<AgentId>('agent-1');
const grid = id<GridId>('grid');

class MemoryBlobs implements BlobStore {
  readonly kept = new Map<Sha256, Uint8Array>();
  has = async (sha256: Sha256): Promise<boolean> => this.kept.has(sha256);
  get = async (sha256: Sha256): Promise<Uint8Array> => this.kept.get(sha256) ?? new Uint8Array();
  put = async (sha256: Sha256, bytes: Uint8Array): Promise<void> => void this.kept.set(sha256, bytes);
}

async function open(server: NatsServer) {
  const target = { servers: [server.url], tls: null, credentials: null };
  const coordinator = await connectNats({ ...target, name: 'coordinator' });
  const reading = await connectNats({ ...target, name: 'agent' });
  const blobs = new MemoryBlobs();
  const sender = new JetStreamSender({ connection: coordinator, blobs, clock, logger });
  const reader = new JetStreamReader({ connection: reading, blobs, clock, logger });
  const close = async (): Promise<void> => {
    sender.close();
    await Promise.all([coordinator.close(), reading.close()]);
  };
  return { sender, reader, blobs, connection: coordinator, close };
}

function delivery(shard: number, { publishNumber = 1, padding = '' } = {}): PackedDelivery {
  return packed({
    ref: { run: id<RunId>('run'), shard: id<ShardId>(`${shard}`), attempt: 1 },
    agent,
    boot: 1,
    publishNumber,
    suite: id<Sha256>('00'),
    fresh: false,
    trace: null,
    scenario: {
      id: id<ScenarioId>(`scenario ${shard}`),
      suite: 0,
      name: `scenario ${padding}`,
      tags: [],
      services: [],
      image: null,
      order: 'sequential',
      timeoutMs: 1000,
      retries: 0,
      pollutionCheck: false,
      spans: null,
      steps: [],
      source: { file: 'a.toml', line: 1, column: 1 },
    },
  });
}

/** Deliveries of a mailbox, to be awaited one by one. */
class Inbox {
  readonly #received: ReceivedDelivery[] = [];
  #news = Promise.withResolvers<void>();

  push(received: ReceivedDelivery): void {
    this.#received.push(received);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async next(): Promise<ReceivedDelivery> {
    for (;;) {
      const received = this.#received.shift();
      if (received) return received;
      await this.#news.promise;
    }
  }
}

for (const [version, program] of await natsPrograms()) {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  async function serve(args: string[] = []): Promise<NatsServer> {
    const server = await startNatsServer({ program, args });
    cleanups.push(() => server.close());
    return server;
  }

  mailboxesContract(`JetStream of nats-server ${version}`, async () => {
    const server = await startNatsServer({ program });
    const { sender, reader, close } = await open(server);
    return {
      sender,
      reader,
      close: async () => {
        await close();
        await server.close();
      },
    };
  });

  describe(`JetStream mailboxes on nats-server ${version}`, () => {
    async function connect(server: NatsServer) {
      const grid = await open(server);
      cleanups.push(() => grid.close());
      return grid;
    }

    it('goes on after a kill -9 of the server that keeps its data, in the same epoch', async () => {
      const server = await serve();
      const { sender, reader } = await connect(server);
      await sender.begin({ grid, number: 1 }, expect.unreachable);
      const mailbox = await sender.create(agent, 1);
      const inbox = new Inbox();
      reader.open(mailbox, (received) => inbox.push(received));
      await sender.publish(mailbox, delivery(1));
      (await inbox.next()).acknowledge();
      await server.kill();
      await server.restart();
      await publishUntilTaken(() => sender.publish(mailbox, delivery(2)));
      let received = await inbox.next();
      // Where the acknowledgement died with the server, the first one comes again.
      if (received.delivery.ref.shard === delivery(1).ref.shard) received = await inbox.next();
      expect(received.delivery).toEqual(delivery(2));
    });

    it('tells once that the mailboxes are gone when the server lost its data, and works in the next epoch', async () => {
      const server = await serve();
      const { sender, reader } = await connect(server);
      const lost: string[] = [];
      const told = Promise.withResolvers<void>();
      await sender.begin({ grid, number: 1 }, (reason) => {
        lost.push(reason);
        told.resolve();
      });
      const mailbox = await sender.create(agent, 1);
      await sender.publish(mailbox, delivery(1));
      await server.kill();
      await server.restart({ wiped: true });
      await told.promise;
      expect(lost).toEqual([expect.stringContaining('CG_grid_1')]);
      await expect(sender.publish(mailbox, delivery(2))).rejects.toMatchObject({
        code: 'unavailable',
      });
      await sender.begin({ grid, number: 2 }, expect.unreachable);
      const next = await sender.create(agent, 1);
      const inbox = new Inbox();
      reader.open(next, (received) => inbox.push(received));
      await sender.publish(next, delivery(3));
      expect((await inbox.next()).delivery).toEqual(delivery(3));
      expect(lost).toHaveLength(1);
    });

    it.each([
      ['was deleted', async () => {}],
      [
        'was made again',
        async (connection: never, config: object) => {
          await (await jetstreamManager(connection)).streams.add(config as never);
        },
      ],
    ])('tells that the mailboxes are gone when the stream %s behind its back', async (_what, remake) => {
      const { sender, connection } = await connect(await serve());
      const told = Promise.withResolvers<string>();
      await sender.begin({ grid, number: 1 }, told.resolve);
      const mailbox = await sender.create(agent, 1);
      await sender.publish(mailbox, delivery(1));
      const { streams } = await jetstreamManager(connection);
      const { config } = await streams.info('CG_grid_1');
      await streams.delete('CG_grid_1');
      await remake(connection as never, config);
      // Without its consumer a work queue takes the message; its number tells.
      await sender.publish(mailbox, delivery(2)).catch(() => {});
      expect(await told.promise).toContain('CG_grid_1');
    });

    it("removes the streams of its grid's earlier epochs, and no other", async () => {
      const { sender, connection } = await connect(await serve());
      const other = id<GridId>('other');
      for (const epoch of [
        { grid: other, number: 1 },
        { grid, number: 1 },
        { grid, number: 2 },
        { grid, number: 10 },
      ]) {
        await sender.begin(epoch, expect.unreachable);
      }
      // Of a store that was put back from a backup: its own stream is not what it left.
      await sender.begin({ grid, number: 10 }, expect.unreachable);
      const { streams } = await jetstreamManager(connection);
      const names: string[] = [];
      for await (const name of streams.names()) names.push(name);
      expect(names.sort()).toEqual(['CG_grid_10', 'CG_other_1']);
    });

    it('leaves nothing of a removed mailbox on the server', async () => {
      const { sender, connection } = await connect(await serve());
      await sender.begin({ grid, number: 1 }, expect.unreachable);
      const [kept, removed] = [await sender.create(agent, 1), await sender.create(agent, 2)];
      for (const mailbox of [kept, removed])
        await sender.publish(mailbox, delivery(1, { publishNumber: mailbox.length }));
      await sender.publish(removed, delivery(2));
      await sender.remove(removed);
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info('CG_grid_1');
      expect([state.messages, state.consumer_count]).toEqual([1, 1]);
    });

    it('carries a scenario that no message can hold', async () => {
      const { sender, reader, blobs } = await connect(await serve());
      await sender.begin({ grid, number: 1 }, expect.unreachable);
      const mailbox = await sender.create(agent, 1);
      const large = delivery(1, { padding: 'x'.repeat(3_000_000) });
      const inbox = new Inbox();
      reader.open(mailbox, (received) => inbox.push(received));
      await sender.publish(mailbox, large);
      await sender.publish(mailbox, delivery(2));
      expect((await inbox.next()).delivery).toEqual(large);
      expect((await inbox.next()).delivery).toEqual(delivery(2));
      expect(blobs.kept.size).toBe(1);
    });

    it('keeps thousands of publishes under way at once', async () => {
      const { sender, reader } = await connect(await serve());
      await sender.begin({ grid, number: 1 }, expect.unreachable);
      const mailbox = await sender.create(agent, 1);
      const inbox = new Inbox();
      reader.open(mailbox, (received) => inbox.push(received));
      const shards = Array.from({ length: 5000 }, (_, index) => index);
      await Promise.all(shards.map((shard) => sender.publish(mailbox, delivery(shard))));
      for (const shard of shards) {
        const { delivery, acknowledge } = await inbox.next();
        expect(delivery.ref.shard).toBe(`${shard}`);
        acknowledge();
      }
    });

    it('shows its user and password, and is refused without', async () => {
      const server = await serve(['--user', 'grid', '--pass', 'p@ss']);
      const target = { tls: null, credentials: null, name: 'test' };
      await expect(connectNats({ ...target, servers: [server.url] })).rejects.toMatchObject({
        code: 'bad_usage',
        message: expect.stringContaining('refuses these credentials'),
      });
      const url = server.url.replace('//', '//grid:p%40ss@');
      const connection = await connectNats({ ...target, servers: [url] });
      await connection.close();
    });
  });
}

/** A server that starts again refuses for some time; publishing the same number again is the same delivery. */
async function publishUntilTaken(publish: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await publish();
    } catch {
      // Its own patience is the pause between two tries.
    }
  }
}
