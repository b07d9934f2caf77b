/** Names of streams and mailboxes in NATS: they carry grid and epoch, because an old acknowledgement must never meet a new message (rule 2). */

import { invariant } from '@cleangrid/core/errors.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { Epoch } from '@cleangrid/core/protocol.ts';

export function streamName({ grid, number }: Epoch): string {
  return `CG_${grid}_${number}`;
}

/** Whether a stream is of the same grid, and no younger. */
export function isSupersededBy(epoch: Epoch, stream: string): boolean {
  const prefix = `CG_${epoch.grid}_`;
  if (!stream.startsWith(prefix)) return false;
  const number = stream.slice(prefix.length);
  return /^\d+$/.test(number) && Number(number) <= epoch.number;
}

export interface MailboxPlace {
  stream: string;
  /** Durable, and within the stream the mailbox's own. */
  consumer: string;
}

/** It is the subject of its deliveries too. `ordinal` makes it unique in its stream. */
export function mailboxName(
  stream: string,
  owner: { agent: AgentId; boot: number; ordinal: number },
): string {
  const agent = owner.agent.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 100);
  return `${stream}.${agent}_${owner.boot}_${owner.ordinal}`;
}

export function mailboxPlace(mailbox: string): MailboxPlace {
  const [stream, consumer] = mailbox.split('.');
  invariant(stream !== undefined && consumer !== undefined, `'${mailbox}' is no mailbox`);
  return { stream, consumer };
}
