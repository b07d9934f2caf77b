/** The adapter of `AgentLink` for histories: connections that delay, stall, break, and outlive their ends, as a seed decides. */

import type { AcceptAgent, AgentDialer, Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import type { Party } from '@cleangrid/core/fake-clock.ts';
import type { Random } from './random.ts';
import { describeMessage, type WireEvent, type World } from './world.ts';

export interface Weather {
  /** Of one message. */
  latencyMsMax: number;
  /** Messages on their way before a sender is asked to wait. */
  messagesMax: number;
}

export class SimNetwork {
  readonly world: World;
  readonly random: Random;
  weather: Weather = { latencyMsMax: 3, messagesMax: 1000 };
  readonly #partitioned = new Set<string>();
  readonly #connections = new Set<SimConnection>();
  readonly #observers: ((event: WireEvent) => void)[] = [];
  #dialed = 0;
  #listener: { party: Party; accept: AcceptAgent } | null = null;

  constructor(world: World) {
    this.world = world;
    this.random = world.random.fork();
  }

  observe(observer: (event: WireEvent) => void): void {
    this.#observers.push(observer);
  }

  tell(event: WireEvent): void {
    if (event.what === 'received' && event.message.kind !== 'beat') {
      const arrow = event.from === 'agent' ? `${event.boot} →` : `${event.boot} ←`;
      this.world.note(`${arrow} ${describeMessage(event.message)}`);
    }
    for (const observer of this.#observers) observer(event);
  }

  listen(party: Party, accept: AcceptAgent): void {
    this.#listener = { party, accept };
  }

  get listener(): { party: Party; accept: AcceptAgent } | null {
    return this.#listener?.party.state === 'dead' ? null : this.#listener;
  }

  /** `host`: where the agent is, for partitions. */
  dialer(party: Party, host: string): AgentDialer {
    return {
      dial: (events) => {
        const connection = new SimConnection(this, { party, host, events });
        this.#connections.add(connection);
        return connection.agentChannel;
      },
    };
  }

  isPartitioned(host: string): boolean {
    return this.#partitioned.has(host);
  }

  partition(host: string): void {
    this.#partitioned.add(host);
  }

  /** Connections that were silent go on where they were, or turn out to be broken. */
  heal(host: string): void {
    if (!this.#partitioned.delete(host)) return;
    for (const connection of this.#connections) {
      if (connection.host !== host) continue;
      if (this.random.chance(0.5)) connection.resume();
      else connection.break();
    }
  }

  /** Nothing more comes down to the agent, while everything goes up: neither end is told. */
  stallConnectionsTo(party: Party): void {
    for (const connection of this.#connections) if (connection.involves(party)) connection.stall();
  }

  /** All connections of a party break: both ends learn it, each in its own time; what is on its way is lost. */
  breakConnectionsOf(party: Party): void {
    for (const connection of this.#connections) if (connection.involves(party)) connection.break();
  }

  nextConnection(): number {
    this.#dialed += 1;
    return this.#dialed;
  }

  latencyMs(): number {
    return this.random.integer(0, this.weather.latencyMsMax);
  }
}

interface AgentEnd {
  party: Party;
  host: string;
  events: ChannelEvents<ToAgent>;
}

class SimConnection {
  readonly host: string;
  readonly agentChannel: Channel<FromAgent>;
  readonly #network: SimNetwork;
  readonly #agentParty: Party;
  readonly #up: Direction<FromAgent>;
  readonly #down: Direction<ToAgent>;

  constructor(network: SimNetwork, end: AgentEnd) {
    const boot = end.party.name;
    this.#network = network;
    this.#agentParty = end.party;
    this.host = end.host;
    const connection = network.nextConnection();
    const blocked = (): boolean => network.isPartitioned(end.host);
    this.#up = new Direction({
      network,
      blocked,
      isAnswer: false,
      tell: (what, message) => network.tell({ what, boot, connection, from: 'agent', message }),
    });
    this.#down = new Direction({
      network,
      blocked,
      isAnswer: true,
      tell: (what, message) => network.tell({ what, boot, connection, from: 'coordinator', message }),
    });
    this.#down.arriveAt(end.party, end.events);
    this.agentChannel = channelOver(end.party, this.#up, this.#down);
    network.world.clock.after(network.world.nature, network.latencyMs(), () => this.#accept());
  }

  involves(party: Party): boolean {
    return this.#agentParty === party || this.#up.receiver === party;
  }

  stall(): void {
    this.#down.stall();
  }

  break(): void {
    this.#up.break();
    this.#down.break();
  }

  resume(): void {
    this.#up.resume();
    this.#down.resume();
  }

  #accept(): void {
    const { listener } = this.#network;
    if (!listener || this.#network.isPartitioned(this.host)) return this.break();
    this.#network.world.clock.after(listener.party, 0, () => {
      this.#up.arriveAt(listener.party, listener.accept(channelOver(listener.party, this.#down, this.#up)));
    });
  }
}

function channelOver<Out, In>(
  sender: Party,
  outgoing: Direction<Out>,
  incoming: Direction<In>,
): Channel<Out> {
  return {
    send: (message) => (sender.state === 'dead' ? true : outgoing.send(message)),
    drained: () => outgoing.drained(sender),
    close: (reason) => {
      if (sender.state === 'dead') return;
      outgoing.close(reason);
      incoming.cut(reason);
    },
  };
}

interface DirectionOptions<Message> {
  network: SimNetwork;
  /** Nothing arrives for now. */
  blocked: () => boolean;
  tell: (what: 'sent' | 'received', message: Message) => void;
  /** Told of also when the connection is closed: what is answered was decided and stored. */
  isAnswer: boolean;
}

type Item<Message> = { atMs: number } & ({ message: Message } | { closeReason: string });

class Direction<Message> {
  readonly #options: DirectionOptions<Message>;
  #items: Item<Message>[] = [];
  #end: { party: Party; events: ChannelEvents<Message> } | null = null;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #lastAtMs = 0;
  #isStalled = false;
  #waiting: { party: Party; resolve: () => void }[] = [];

  constructor(options: DirectionOptions<Message>) {
    this.#options = options;
  }

  get receiver(): Party | null {
    return this.#end?.party ?? null;
  }

  arriveAt(party: Party, events: ChannelEvents<Message>): void {
    this.#end = { party, events };
    this.resume();
  }

  send(message: Message): boolean {
    if (this.#state === 'open' || this.#options.isAnswer) this.#options.tell('sent', message);
    if (this.#state !== 'open' || this.#isStalled) return true;
    this.#put({ atMs: this.#arrivalMs(), message });
    return this.#items.length < this.#options.network.weather.messagesMax;
  }

  drained(sender: Party): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ party: sender, resolve });
      this.#releaseWaiting();
    });
  }

  close(closeReason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#put({ atMs: this.#arrivalMs(), closeReason });
  }

  cut(reason: string): void {
    this.#items = [];
    this.#releaseWaiting();
    if (this.#state === 'closing') this.#state = 'open';
    this.close(reason);
  }

  /** The end learns of it within seconds, or when it next looks. */
  break(): void {
    this.#lastAtMs = this.#options.network.world.clock.nowMs + this.#options.network.random.integer(0, 1500);
    this.cut('the connection broke');
  }

  /** Messages vanish; only the end gets through, as it does when keep-alives are not answered. */
  stall(): void {
    this.#isStalled = true;
    this.#items = this.#items.filter((item) => 'closeReason' in item);
    this.#releaseWaiting();
  }

  resume(): void {
    for (const item of this.#items) this.#schedule(item);
  }

  #put(item: Item<Message>): void {
    this.#items.push(item);
    this.#schedule(item);
  }

  #schedule(item: Item<Message>): void {
    if (!this.#end) return;
    const { clock } = this.#options.network.world;
    clock.after(this.#end.party, item.atMs - clock.nowMs, () => this.#arrive());
  }

  /** In order: whichever timer fires takes the oldest. */
  #arrive(): void {
    const [item] = this.#items;
    const { world } = this.#options.network;
    if (!item || this.#state === 'closed' || item.atMs > world.clock.nowMs) return;
    if (this.#options.blocked()) return;
    this.#items.shift();
    this.#releaseWaiting();
    if ('message' in item) {
      this.#options.tell('received', item.message);
      this.#end?.events.message(item.message);
    } else {
      this.#state = 'closed';
      this.#end?.events.closed(item.closeReason);
    }
  }

  #releaseWaiting(): void {
    const { network } = this.#options;
    if (this.#items.length > network.weather.messagesMax / 2) return;
    for (const { party, resolve } of this.#waiting.splice(0)) network.world.clock.after(party, 0, resolve);
  }

  #arrivalMs(): number {
    const { network } = this.#options;
    this.#lastAtMs = Math.max(this.#lastAtMs, network.world.clock.nowMs + network.latencyMs());
    return this.#lastAtMs;
  }
}
