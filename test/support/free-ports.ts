/** Ports of loopback that nobody listens on now, for programs that cannot choose one themselves. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those that the system gives to whoever asks for any. */
const lowest = 10_000;
const highest = 30_000;

export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>();
  while (servers.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = createServer().listen(port, '127.0.0.1');
    // Rejects where somebody listens there.
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) servers.set(port, server);
  }
  // All at once, so that they differ.
  await Promise.all([...servers.values()].map((server) => once(server.close(), 'close')));
  return [...servers.keys()];
}
