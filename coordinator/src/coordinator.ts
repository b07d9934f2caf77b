/** The coordinator's entry: the same code serves one process and the grid. It alone decides and stores; see `docs/protocol.md`. */

import type { AcceptAgent } from '@cleangrid/core/agent-link.ts';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { RunStore } from './run-store.ts';

export interface CoordinatorParts {
  /** Opened and locked by the caller, who also closes it, after `close()`. */
  store: RunStore;
  mailboxes: MailboxSender;
  blobs: BlobStore;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

export interface Coordinator {
  runs: RunService;
  accept: AcceptAgent;
  /** Stores what has arrived, ends watches, closes every channel. Runs stay as they are in the store. */
  close(): Promise<void>;
}

/** Begins a new epoch of the store's grid and takes up what was left unfinished. Throws `store_failed`. */
export async function openCoordinator(parts: CoordinatorParts): Promise<Coordinator> {
  await Promise.resolve();
  parts.logger.debug('opening');
  throw new GridError('unavailable', 'the coordinator is being built');
}
