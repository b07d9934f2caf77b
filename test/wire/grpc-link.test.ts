import { once } from 'node:events';
import { grpcDialer } from '@cleangrid/agent/adapters/grpc-dialer.ts';
import type { AcceptAgent, Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import { agentLinkContract } from '@cleangrid/core/agent-link.contract.ts';
import { type AgentId, type GridId, id } from '@cleangrid/core/ids.ts';
import type { FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { version } from '@cleangrid/core/version.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGrpc, type GrpcUnderTest } from './open-grpc.ts';
import { openProxy } from './proxy.ts';

// Real sockets and threads, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

agentLinkContract('gRPC', async (accept) => {
  const server = await openGrpc({ accept });
  return { dialer: grpcDialer(server.target, systemClock), close: () => server.close(0) };
});

const hello: FromAgent = {
  kind: 'hello',
  agent: id<AgentId>('agent-1'),
  boot: 1,
  connection: 1,
  version,
  host: 'host-1',
  slots: 4,
  executor: 'plain',
  holds: [],
  epoch: null,
};

const welcome: ToAgent = {
  kind: 'welcome',
  epoch: { grid: id<GridId>('grid'), number: 1 },
  mailbox: 'mailbox',
  kill: [],
  settings: { beatIntervalMs: 5 },
};

/** What one end was told, in words. */
class Ear<In extends { kind: string }> implements ChannelEvents<In> {
  readonly heard: In[] = [];
  readonly #target = new EventTarget();

  message(message: In): void {
    this.heard.push(message);
    this.#target.dispatchEvent(new Event('news'));
  }

  closed(reason: string): void {
    this.closeReason = reason;
    this.#target.dispatchEvent(new Event('news'));
  }

  closeReason: string | null = null;

  async closing(): Promise<string | null> {
    await this.until(({ closeReason }) => closeReason !== null);
    return this.closeReason;
  }

  async until(isTrue: (ear: this) => boolean): Promise<void> {
    while (!isTrue(this)) await once(this.#target, 'news');
  }
}

describe('gRPC link', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  /** The coordinator welcomes; the agent dials through a proxy. */
  async function connect(options: GrpcUnderTest = {}) {
    const coordinator = new Ear<FromAgent>();
    let toAgent: Channel<ToAgent> | null = null;
    const accept: AcceptAgent = (channel) => {
      toAgent = channel;
      return {
        message: (message) => {
          coordinator.message(message);
          if (message.kind === 'hello') channel.send(welcome);
        },
        closed: (reason) => coordinator.closed(reason),
      };
    };
    const server = await openGrpc({ accept, ...options });
    cleanups.push(() => server.close(0));
    const proxy = await openProxy(server.port);
    cleanups.push(() => proxy.close());
    const agent = new Ear<ToAgent>();
    const channel = grpcDialer({ ...server.target, address: proxy.address }, systemClock).dial(agent);
    channel.send(hello);
    await agent.until(({ heard }) => heard.length > 0);
    return { agent, channel, coordinator, proxy, server, toAgent: () => toAgent };
  }

  it('tells both ends when the connection is cut', async () => {
    const { agent, coordinator, proxy } = await connect();
    proxy.cut();
    expect(await Promise.all([agent.closing(), coordinator.closing()])).not.toContain(null);
  });

  it('tells both ends when nothing passes any more, although both are connected', async () => {
    const { agent, coordinator, proxy } = await connect({ keepalive: { everyMs: 20, answerMsMax: 100 } });
    proxy.stall();
    expect(await Promise.all([agent.closing(), coordinator.closing()])).not.toContain(null);
  });

  it('beats on a connection of its own from the welcome on, until the link closes', async () => {
    const { channel, coordinator, proxy } = await connect();
    await coordinator.until(({ heard }) => heard.filter(({ kind }) => kind === 'beat').length >= 3);
    expect(proxy.count).toBe(2);
    channel.close('drained');
    expect(await coordinator.closing()).toBe('drained');
  });

  it('beats while the main loop does not turn, and says for how long it has not', async () => {
    const { channel, coordinator } = await connect();
    channel.send({ kind: 'beat', loopTickMs: 0 });
    await coordinator.until(({ heard }) => heard.some(({ kind }) => kind === 'beat'));
    const stuckMs = 200;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stuckMs);
    const isLate = (message: FromAgent): boolean =>
      message.kind === 'beat' && message.loopTickMs >= stuckMs / 2;
    await coordinator.until(({ heard }) => heard.filter(isLate).length >= 3);
    expect(coordinator.closeReason).toBeNull();
  });

  it('beats again after its connection was cut, as long as the link lives', async () => {
    const coordinator = new Ear<FromAgent>();
    const server = await openGrpc({
      accept: (channel) => {
        channel.send(welcome);
        return coordinator;
      },
    });
    cleanups.push(() => server.close(0));
    const beats = await openProxy(server.port);
    cleanups.push(() => beats.close());
    const dialer = grpcDialer(server.target, systemClock, { ...server.target, address: beats.address });
    const agent = new Ear<ToAgent>();
    dialer.dial(agent).send(hello);
    const beatsHeard = (): number => coordinator.heard.filter(({ kind }) => kind === 'beat').length;
    await coordinator.until(() => beatsHeard() > 0);
    beats.cut();
    await coordinator.until(() => beats.count > 1);
    const before = beatsHeard();
    await coordinator.until(() => beatsHeard() > before);
    expect([agent.closeReason, coordinator.closeReason]).toEqual([null, null]);
  });

  it.each([
    ['whose version does not fit', { version: '999.0.0', token: null }, '999.0.0'],
    ['without the token', { version, token: null }, 'token'],
    ['with another token', { version, token: 'guess' }, 'token'],
  ])('turns an agent away %s, before it hears a word', async (_who, introduction, said) => {
    const coordinator = new Ear<FromAgent>();
    const server = await openGrpc({ accept: () => coordinator, introduction: { version, token: 'secret' } });
    cleanups.push(() => server.close(0));
    const agent = new Ear<ToAgent>();
    grpcDialer({ ...server.target, introduction }, systemClock)
      .dial(agent)
      .send(hello);
    await agent.closing();
    expect(agent.heard).toEqual([{ kind: 'refused', reason: expect.stringContaining(said) }]);
    expect(coordinator.heard).toEqual([]);
    expect(JSON.stringify(agent.heard)).not.toContain('secret');
  });

  it('closes the channel of a coordinator that is not there', async () => {
    const agent = new Ear<ToAgent>();
    const server = await openGrpc({});
    await server.close(0);
    grpcDialer(server.target, systemClock).dial(agent).send(hello);
    expect(await agent.closing()).toContain('nobody listens there');
  });
});
