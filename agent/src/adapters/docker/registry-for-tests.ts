/** A real registry on loopback for tests: Debian's `docker-registry`, with one user and a temporary directory. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestRegistry {
  /** `127.0.0.1:PORT`: daemons speak plain HTTP to registries on loopback. */
  address: string;
  /** Ends it; its address then refuses connections. */
  stop(): Promise<void>;
}

export const registryUser = { username: 'grid', password: 'secret' };

/** `htpasswd -nbB grid secret` */
const htpasswd = 'grid:$2y$05$ZLnXfsPlIWRo3GORLOBAMuyD4Tm8.pLkpqBvnDMFZZ56bpmRjXPAa\n';

export async function startRegistry(): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-'));
  const address = `127.0.0.1:${await freePort()}`;
  await writeFile(join(directory, 'htpasswd'), htpasswd);
  await writeFile(join(directory, 'config.yml'), configuration(directory, address));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  await untilAnswering(child, address);
  return {
    address,
    async stop() {
      if (child.exitCode === null && child.kill()) await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configuration(directory: string, address: string): string {
  return `
version: 0.1
storage: { filesystem: { rootdirectory: ${directory} } }
http: { addr: ${address} }
auth: { htpasswd: { realm: test, path: ${join(directory, 'htpasswd')} } }
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Rejects when the program is missing or ends. */
async function untilAnswering(child: ChildProcess, address: string): Promise<void> {
  const ended = Promise.race([
    once(child, 'exit').then(([code]) => `docker-registry ended with ${code}`),
    once(child, 'error').then(
      () => 'docker-registry is not installed: apt-get install docker-registry',
      (error: Error) =>
        `docker-registry is not installed (apt-get install docker-registry): ${error.message}`,
    ),
  ]).then((message): never => {
    throw new Error(message);
  });
  const answering = (async () => {
    for (;;) {
      const answer = await fetch(`http://${address}/v2/`).catch(() => null);
      // it asks for credentials: it is up
      if (answer?.status === 401) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await Promise.race([ended, answering]);
}
