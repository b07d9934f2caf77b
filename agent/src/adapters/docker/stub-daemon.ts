/** A daemon for tests that answers as a test wants: late, half or wrong. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock } from '@cleangrid/core/clock.ts';
import { connect } from './connect.ts';
import type { DockerApi } from './docker-api.ts';

export interface StubDaemon {
  api: DockerApi;
  close(): Promise<void>;
}

/** `upgrade` gets the raw connection of a started exec, after the daemon agreed to it. */
export async function startStubDaemon(
  clock: Clock,
  answer: RequestListener,
  upgrade: (connection: Duplex) => void = () => {},
): Promise<StubDaemon> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-'));
  const path = join(directory, 'docker.sock');
  const connections = new Set<Duplex>();
  const server = createServer(answer).listen(path);
  server.on('upgrade', (_, connection) => {
    connections.add(connection);
    connection.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    upgrade(connection);
  });
  await once(server, 'listening');
  const endpoint = `unix://${path}`;
  return {
    api: { docker: connect({ url: endpoint, tls: null }), clock, endpoint },
    async close() {
      for (const connection of connections) connection.destroy();
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Answers as the daemon does. */
export function answerJson(status: number, body: unknown): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}
