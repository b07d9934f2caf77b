/** The port `Mailboxes`: carries deliveries to one life of an agent. It may lose, repeat and delay; the store is the truth. Adapters: memory, JetStream. */

import type { AgentId } from './ids.ts';
import type { Epoch, PackedDelivery } from './protocol.ts';

/** The coordinator's side. */
export interface MailboxSender {
  /**
   * Before every other call, and again with each new epoch: all mailboxes of the grid's earlier epochs are gone (rule 2). `lost` is
   * called at most once, never during a call, when mailboxes or what is in them may be gone without our doing: only a new epoch helps
   * (rule 19).
   */
  begin(epoch: Epoch, lost: (reason: string) => void): Promise<void>;
  /** A mailbox that no one used before. */
  create(agent: AgentId, boot: number): Promise<string>;
  /** Resolves when the mailbox holds the delivery. The same shard, attempt and publishNumber again is the same delivery. */
  publish(mailbox: string, delivery: PackedDelivery): Promise<void>;
  /** Removes what is in it, then the mailbox. Removing again does nothing. */
  remove(mailbox: string): Promise<void>;
}

/** The agent's side. */
export interface MailboxReader {
  /** Hands over deliveries until closed; at most `unacknowledgedMax` are outstanding at once. */
  open(mailbox: string, receive: (received: ReceivedDelivery) => void): OpenMailbox;
}

export interface ReceivedDelivery {
  delivery: PackedDelivery;
  /** The mailbox forgets it. Called after the coordinator stored `accepted`, or when it is to be dropped. */
  acknowledge(): void;
}

export interface OpenMailbox {
  close(): Promise<void>;
}
