/** A TCP proxy that a test can cut, or stall: then both ends stay connected and nothing passes. */

import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Proxy {
  address: string;
  /** Connections so far. */
  readonly count: number;
  stall(): void;
  cut(): void;
  close(): Promise<void>;
}

export async function openProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  let isStalled = false;
  const server = createServer((near) => {
    count += 1;
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (!isStalled) to.write(data);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (!isStalled) to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${bound.port}`,
    get count() {
      return count;
    },
    stall: () => {
      isStalled = true;
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
