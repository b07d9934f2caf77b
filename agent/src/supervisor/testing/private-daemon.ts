/** A Docker daemon that a test may kill: with its own network namespace, data, sockets and cgroup. Needs root. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import Docker from 'dockerode';
import { openDocker } from '../../adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '../../container-runtime.ts';

const run = promisify(execFile);

export interface PrivateDaemon {
  runtime(clock?: Clock): Promise<ContainerRuntime>;
  /** Copies an image of the machine's own daemon. */
  load(image: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when its process is gone. */
  kill(): Promise<void>;
  /** Starts it, on the data that it had. */
  start(...options: string[]): Promise<void>;
  remove(): Promise<void>;
}

export async function openPrivateDaemon(...options: string[]): Promise<PrivateDaemon> {
  // its sockets need a short path
  const directory = await mkdtemp(join(tmpdir(), 'cgd-'));
  const name = directory.slice(directory.lastIndexOf('/') + 1);
  const socket = join(directory, 'docker.sock');
  const docker = new Docker({ socketPath: socket });
  let process: ChildProcess | null = null;
  await run('ip', ['netns', 'add', name]);
  await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);

  const start = async (...more: string[]): Promise<void> => {
    process = spawn(
      'nsenter',
      [`--net=/run/netns/${name}`, 'dockerd', ...daemonOptions(directory, name), ...more],
      {
        stdio: 'ignore',
      },
    );
    while (!(await answers(docker))) await sleep(systemClock, 50);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!isAlive(process)) return;
    const gone = once(process, 'exit');
    process.kill(signal);
    await gone;
    await containerdIsGone(directory);
  };
  await start(...options);
  return {
    start,
    runtime: (clock = systemClock) =>
      openDocker({ environment: { DOCKER_HOST: `unix://${socket}` }, homeDirectory: directory, clock }),
    async load(image) {
      const archive = await new Docker().getImage(image).get();
      const loading = await docker.loadImage(archive);
      await pipeline(loading, async (lines) => {
        for await (const _ of lines) continue;
      });
    },
    signal: (signal) => void process?.kill(signal),
    kill: () => end('SIGKILL'),
    async remove() {
      if (!isAlive(process)) await start();
      for (const { Id } of await docker.listContainers({ all: true }))
        await docker.getContainer(Id).remove({ force: true, v: true });
      await end('SIGTERM');
      await removeLeftovers(directory, name);
    },
  };
}

/** A connection that comes in while the daemon starts may never be answered. */
async function answers(docker: Docker): Promise<boolean> {
  const pinged = docker.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([pinged, sleep(systemClock, 500).then(() => false)]);
}

/** It dies with the daemon, a moment later; a daemon that starts before would wait for it in vain. */
async function containerdIsGone(directory: string): Promise<void> {
  const pid = await readFile(join(directory, 'exec/containerd/containerd.pid'), 'utf8').catch(() => null);
  if (pid === null) return;
  const process = `/proc/${pid.trim()}`;
  for (let isThere = existsSync(process); isThere; isThere = existsSync(process))
    await sleep(systemClock, 20);
}

function isAlive(process: ChildProcess | null): process is ChildProcess {
  return process !== null && process.exitCode === null && process.signalCode === null;
}

function daemonOptions(directory: string, name: string): string[] {
  const options = {
    '--data-root': join(directory, 'data'),
    '--exec-root': join(directory, 'exec'),
    '--pidfile': join(directory, 'pid'),
    '--host': `unix://${join(directory, 'docker.sock')}`,
    // never without a network namespace of its own: it would delete docker0 of the machine's daemon
    '--bridge': 'none',
    '--iptables': 'false',
    '--cgroup-parent': `/${name}`,
    '--log-level': 'error',
  };
  return Object.entries(options).map(([option, value]) => `${option}=${value}`);
}

async function removeLeftovers(directory: string, name: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts
    .filter((path) => path.startsWith(`${directory}/`))
    .sort()
    .toReversed())
    await run('umount', ['-l', mount]);
  await run('ip', ['netns', 'del', name]);
  const controllers = await readdir('/sys/fs/cgroup');
  for (const controller of ['.', ...controllers])
    await rmdir(join('/sys/fs/cgroup', controller, name)).catch(() => {});
  await rm(directory, { recursive: true, force: true });
}
