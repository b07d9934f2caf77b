/** A nats-server with JetStream of a test's own, on loopback unless told otherwise, that can be killed, frozen and started again, with its data or without. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const loopback = '127.0.0.1';

export interface NatsServer {
  url: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port, after `kill`. `wiped`: its disk was lost. */
  restart(options?: { wiped: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface NatsServerOptions {
  /** A program, or `nats-server` on the PATH. */
  program?: string;
  args?: string[];
  /** To listen on. */
  host?: string;
  /** A command that runs it, somewhere else. */
  through?: readonly string[];
}

export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-nats-'));
  const store = join(directory, 'store');
  let { child, port } = await start(options, store, -1);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `nats://${options.host ?? loopback}:${port}`,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    restart: async ({ wiped } = { wiped: false }) => {
      if (wiped) await rm(store, { recursive: true, force: true });
      ({ child, port } = await start(options, store, port));
    },
    close: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function start(
  { program = 'nats-server', args = [], host = loopback, through = [] }: NatsServerOptions,
  store: string,
  port: number,
): Promise<{ child: ChildProcess; port: number }> {
  // Debian's daemons live in /usr/sbin, which a user's PATH may lack.
  const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin'].join(delimiter) };
  const [command, ...leading] = [...through, program];
  const options = ['-a', host, '-p', `${port}`, '-js', '-sd', store, ...args];
  const child = spawn(command, [...leading, ...options], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const spawned = once(child, 'spawn');
  // Read to the end of its life: a full pipe would stop it.
  const lines = createInterface(child.stderr);
  const said: string[] = [];
  const bound = new Promise<number>((resolve, reject) => {
    let found: number | null = null;
    lines.on('line', (line) => {
      if (said.length < 100) said.push(line);
      found ??= portIn(line);
      if (found !== null && line.includes('Server is ready')) resolve(found);
    });
    lines.on('close', () => reject(new Error(`nats-server ended:\n${said.join('\n')}`)));
  });
  await spawned;
  return { child, port: await bound };
}

function portIn(line: string): number | null {
  const match = /Listening for client connections on .*:(\d+)$/.exec(line);
  return match ? Number(match[1]) : null;
}
