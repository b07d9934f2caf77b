/** The port `AgentLink`: how an agent and a coordinator talk. Adapters: in one process, and gRPC (agents dial out). One contract suite for both. */

import type { FromAgent, ToAgent } from './protocol.ts';

/** One end of a connection. Messages arrive in order or the connection closes; nothing is lost while it is open. */
export interface Channel<Out> {
  /** Queues a message. False: the buffer is above its mark; await `drained` before sending more frames. After the close it does nothing. */
  send(message: Out): boolean;
  drained(): Promise<void>;
  /** What was sent before it still arrives; what comes towards this end is dropped. */
  close(reason: string): void;
}

/** Called one at a time and never during a call of the channel or the dialer; `closed` once and last, whichever end closed. */
export interface ChannelEvents<In> {
  message(message: In): void;
  closed(reason: string): void;
}

/** The agent's end. Never throws: a connection that cannot be made is one that closes. */
export interface AgentDialer {
  dial(events: ChannelEvents<ToAgent>): Channel<FromAgent>;
}

/** The coordinator's end: called for each new connection, before its first message. */
export type AcceptAgent = (channel: Channel<ToAgent>) => ChannelEvents<FromAgent>;
