/** The connection to NATS of a process that may have been started together with its nats-server. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { natsStartMsMax, natsStartPauseMs } from '@cleangrid/core/limits.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import type { NatsConnection } from 'nats';
import type { ProcessOptions } from '../grid-processes.ts';

/** Says when NATS is away and when it is back. Throws `unavailable` when there is none for `natsStartMsMax`. */
export async function awaitNats(
  name: string,
  { nats, say }: Pick<ProcessOptions, 'nats' | 'say'>,
  clock: Clock,
): Promise<NatsConnection> {
  const giveUpMs = clock.monotonicMs() + natsStartMsMax;
  for (let tries = 1; ; tries += 1) {
    try {
      const connection = await connectNats({ ...nats, name });
      void tellChanges(connection, nats.address, say);
      return connection;
    } catch (error) {
      if (!isGridError(error, 'unavailable') || clock.monotonicMs() >= giveUpMs) throw error;
      if (tries === 1) say(`No NATS at ${nats.address} yet; trying for ${natsStartMsMax / 1000} s.`);
    }
    await sleep(clock, natsStartPauseMs);
  }
}

async function tellChanges(
  connection: NatsConnection,
  address: string,
  say: (line: string) => void,
): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') say(`The connection to NATS at ${address} is lost; trying again.`);
    if (type === 'reconnect') say(`Connected to NATS again.`);
  }
}
