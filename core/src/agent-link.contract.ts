/** The contract of the port `AgentLink`, run against every adapter. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AcceptAgent, AgentDialer, Channel, ChannelEvents } from './agent-link.ts';
import { type AgentId, type GridId, id, type RunId, type ShardId } from './ids.ts';
import type { AttemptRef, FromAgent, ToAgent } from './protocol.ts';

export interface OpenLink {
  dialer: AgentDialer;
  close(): Promise<void>;
}

export function agentLinkContract(name: string, open: (accept: AcceptAgent) => Promise<OpenLink>): void {
  describe(`AgentLink: ${name}`, () => {
    let link: OpenLink;
    let accepted: Log<{ channel: Channel<ToAgent>; received: Log<FromAgent> }>;

    beforeEach(async () => {
      accepted = new Log();
      link = await open((channel) => {
        const received = new Log<FromAgent>();
        accepted.push({ channel, received });
        return received.events();
      });
    });

    afterEach(() => link.close());

    /** Speaks first, as an agent does: a transport may open a stream with its first message. */
    async function connect() {
      const received = new Log<ToAgent>();
      const channel = link.dialer.dial(received.events());
      channel.send(hello);
      const coordinator = await accepted.next();
      expect(await coordinator.received.next()).toEqual(hello);
      return { agent: { channel, received }, coordinator };
    }

    it('carries messages both ways, whole and in order', async () => {
      const { agent, coordinator } = await connect();
      for (let seq = 1; seq <= 100; seq++) agent.channel.send(frame(seq));
      for (let seq = 1; seq <= 100; seq++) coordinator.channel.send(stored(seq));
      for (let seq = 1; seq <= 100; seq++) {
        expect(await coordinator.received.next()).toEqual(frame(seq));
        expect(await agent.received.next()).toEqual(stored(seq));
      }
    });

    it('tells of nothing while a call into it is running', async () => {
      const calls: string[] = [];
      const channel = link.dialer.dial({
        message: () => calls.push('message'),
        closed: () => calls.push('closed'),
      });
      channel.send(hello);
      channel.close('at once');
      expect(calls).toEqual([]);
    });

    it('makes a connection of its own for each dial', async () => {
      const first = await connect();
      const second = await connect();
      first.coordinator.channel.send(stored(1));
      second.coordinator.channel.send(stored(2));
      expect(await second.agent.received.next()).toEqual(stored(2));
      expect(await first.agent.received.next()).toEqual(stored(1));
    });

    it('delivers what the coordinator sent before it closed, then says once at both ends that it is closed', async () => {
      const { agent, coordinator } = await connect();
      coordinator.channel.send({ kind: 'refused', reason: 'two agents with one name' });
      coordinator.channel.close('refused');
      expect(await agent.received.next()).toEqual({ kind: 'refused', reason: 'two agents with one name' });
      await Promise.all([agent.received.closed, coordinator.received.closed]);
      await connect();
      expect([agent.received.closedCount, coordinator.received.closedCount]).toEqual([1, 1]);
    });

    it('delivers what the agent sent before it closed, then says once at both ends that it is closed', async () => {
      const { agent, coordinator } = await connect();
      agent.channel.send(frame(1));
      agent.channel.close('drained');
      expect(await coordinator.received.next()).toEqual(frame(1));
      await Promise.all([agent.received.closed, coordinator.received.closed]);
      await connect();
      expect([agent.received.closedCount, coordinator.received.closedCount]).toEqual([1, 1]);
    });

    it('ignores sends and closes after the close', async () => {
      const { agent, coordinator } = await connect();
      agent.channel.close('first');
      agent.channel.send(frame(1));
      agent.channel.close('second');
      await coordinator.received.closed;
      coordinator.channel.send(stored(1));
      await coordinator.channel.drained();
      await agent.channel.drained();
      await connect();
      expect([agent.received.pending, coordinator.received.pending]).toEqual([0, 0]);
    });

    it('asks a sender to wait that is faster than the link, and loses nothing of what it sent', async () => {
      const { agent, coordinator } = await connect();
      let sent = 0;
      while (sent < 1_000_000 && agent.channel.send(frame(sent + 1))) sent++;
      expect(sent).toBeLessThan(1_000_000);
      await agent.channel.drained();
      expect(agent.channel.send(frame(sent + 2))).toBe(true);
      const expected = Array.from({ length: sent + 2 }, (_, index) => frame(index + 1));
      const received: FromAgent[] = [];
      while (received.length < expected.length) received.push(await coordinator.received.next());
      expect(received).toEqual(expected);
    });

    it('does not keep a sender waiting on a link that closes', async () => {
      const { agent, coordinator } = await connect();
      while (agent.channel.send(frame(1)));
      coordinator.channel.close('gone');
      await agent.channel.drained();
      await agent.received.closed;
      expect(agent.received.closedCount).toBe(1);
    });
  });
}

const ref: AttemptRef = { run: id<RunId>('run'), shard: id<ShardId>('0'), attempt: 1 };

const hello: FromAgent = {
  kind: 'hello',
  agent: id<AgentId>('agent-1'),
  boot: 1,
  connection: 1,
  version: '1.2.3',
  host: 'host-1',
  slots: 4,
  executor: 'plain',
  holds: [ref],
  epoch: { grid: id<GridId>('grid'), number: 7 },
};

function frame(seq: number): FromAgent {
  return { kind: 'frame', ref, seq, results: [] };
}

function stored(seq: number): ToAgent {
  return { kind: 'framesStored', ref, seq, answer: 'stored' };
}

/** What one end was told, to be awaited one by one. */
class Log<Item> {
  closedCount = 0;
  readonly closed: Promise<void>;
  readonly #items: Item[] = [];
  readonly #readers: ((item: Item) => void)[] = [];
  readonly #close = Promise.withResolvers<void>();

  constructor() {
    this.closed = this.#close.promise;
  }

  get pending(): number {
    return this.#items.length;
  }

  events(): ChannelEvents<Item> {
    return {
      message: (message) => this.push(message),
      closed: () => {
        this.closedCount += 1;
        this.#close.resolve();
      },
    };
  }

  push(item: Item): void {
    const reader = this.#readers.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  }

  async next(): Promise<Item> {
    const item = this.#items.shift();
    return item ?? new Promise((resolve) => this.#readers.push(resolve));
  }
}
