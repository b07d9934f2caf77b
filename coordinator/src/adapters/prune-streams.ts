/** Removes streams of grids that are no more. Those of the coordinator's own grid it removes with each new epoch (rule 2). */

import { natsCallMsMax } from '@cleangrid/core/limits.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';

/**
 * Only where nobody has a mailbox and nothing was put in since `usedSinceMs` (Unix). A grid that lives all the same begins a new epoch,
 * as after any loss. Returns their names; rejects as NATS does.
 */
export async function pruneStreams(connection: NatsConnection, usedSinceMs: number): Promise<string[]> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false, timeout: natsCallMsMax });
  const removed: string[] = [];
  for await (const { config, created, state } of streams.list()) {
    const usedAtMs = Math.max(Date.parse(created), Date.parse(state.last_ts));
    if (!/^CG_[a-z0-9]+_\d+$/u.test(config.name) || state.consumer_count > 0 || usedAtMs >= usedSinceMs)
      continue;
    await streams.delete(config.name);
    removed.push(config.name);
  }
  return removed;
}
