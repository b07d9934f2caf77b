/** `/healthz`, `/readyz` and `/metrics` over HTTP, for whatever supervises the process. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';

export interface HealthServer {
  close(): Promise<void>;
}

export interface Health {
  /** One line for people, or null. */
  whyNotReady(): string | null;
  /** Prometheus' text format. */
  metrics(): Promise<string>;
}

/** Throws `bad_usage` when the address cannot be listened on. */
export async function serveHealth(
  address: { host: string; port: number; text: string },
  { whyNotReady, metrics }: Health,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (code: number, text: string): void => {
      response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${text}\n`);
    };
    if (request.url === '/healthz') return answer(200, 'ok');
    if (request.url === '/metrics')
      return void metrics().then(
        (text) => answer(200, text),
        (error: unknown) => answer(500, messageOf(error)),
      );
    if (request.url !== '/readyz') return answer(404, 'There is /healthz, /readyz and /metrics.');
    const reason = whyNotReady();
    return reason === null ? answer(200, 'ready') : answer(503, reason);
  });
  try {
    server.listen(address.port, address.host.replace(/^\[(.*)\]$/u, '$1'));
    await once(server, 'listening');
  } catch (error) {
    throw new GridError('bad_usage', `cannot serve health on ${address.text}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Choose another address with --health, or end what uses it.',
    });
  }
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
