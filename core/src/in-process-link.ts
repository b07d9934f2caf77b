/** The adapter of `AgentLink` for a coordinator and agents in one process: two queues a connection, delivered later and in order. */

import type { AcceptAgent, AgentDialer, Channel, ChannelEvents } from './agent-link.ts';
import type { Defer } from './defer.ts';
import { linkMessagesMax } from './limits.ts';
import type { FromAgent, ToAgent } from './protocol.ts';

/** Messages sent before a close arrive before it; those that come towards the closing end are dropped. */
export function inProcessLink(accept: AcceptAgent, defer: Defer): AgentDialer {
  return {
    dial(events) {
      const upward = new Pipe<FromAgent>(defer);
      const downward = new Pipe<ToAgent>(defer);
      const channel = channelOver(upward, downward);
      downward.deliverTo(events);
      upward.deliverTo(accept(channelOver(downward, upward)));
      return channel;
    },
  };
}

function channelOver<Out, In>(outgoing: Pipe<Out>, incoming: Pipe<In>): Channel<Out> {
  return {
    send: (message) => outgoing.send(message),
    drained: () => outgoing.drained(),
    close: (reason) => {
      outgoing.close(reason);
      incoming.cut(reason);
    },
  };
}

/** One direction. It ends once: after its last message, or at once when its receiver has closed. */
class Pipe<Message> {
  readonly #defer: Defer;
  #receiver: ChannelEvents<Message> | null = null;
  #queue: Message[] = [];
  #deliveryIsDue = false;
  #closeReason: string | null = null;
  #waiting: (() => void)[] = [];

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  deliverTo(receiver: ChannelEvents<Message>): void {
    this.#receiver = receiver;
    this.#scheduleDelivery();
  }

  send(message: Message): boolean {
    if (this.#closeReason !== null) return true;
    this.#queue.push(message);
    this.#scheduleDelivery();
    return this.#queue.length < linkMessagesMax;
  }

  async drained(): Promise<void> {
    if (this.#queue.length < linkMessagesMax) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(reason: string): void {
    this.#closeReason ??= reason;
    this.#scheduleDelivery();
  }

  cut(reason: string): void {
    this.#queue = [];
    this.close(reason);
  }

  #scheduleDelivery(): void {
    if (this.#deliveryIsDue || !this.#receiver) return;
    this.#deliveryIsDue = true;
    this.#defer(() => this.#deliver());
  }

  /** What arrives while it runs waits for the next turn: one busy connection does not keep the others waiting. */
  #deliver(): void {
    this.#deliveryIsDue = false;
    for (let remaining = this.#queue.length; remaining > 0; remaining--) {
      const message = this.#queue.shift();
      if (message !== undefined) this.#receiver?.message(message);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
    if (this.#queue.length > 0) return this.#scheduleDelivery();
    if (this.#closeReason === null) return;
    this.#receiver?.closed(this.#closeReason);
    this.#receiver = null;
  }
}
