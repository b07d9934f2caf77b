/** A Docker host of a test: a dockerd in a network namespace, with disk, sockets, processes and cgroup of its own. */

import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { addNamespace, type Namespace, removeNamespace } from './namespace.ts';

const run = promisify(execFile);
const powerOffScript = join(import.meta.dirname, 'power-off.sh');
/** Measured: half a second; a busy machine takes longer. */
const bootMsMax = 60_000;

export interface DockerHost extends Namespace {
  /** Of its own daemon. */
  readonly docker: Docker;
  readonly dockerUrl: string;
  /** Where its daemon keeps everything. */
  readonly dataRoot: string;
  /** Starts dockerd, on the data that it had, and waits until it answers. */
  boot(): Promise<void>;
  /** Its containers lose their daemon; the next one ends them. Resolves when it is gone. */
  endDaemon(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Every process in there dies at once. */
  powerOff(): Promise<void>;
  /** Every container, network and volume, each as one word. */
  contents(): Promise<string[]>;
}

/** The directory's path is short, because sockets are in it; its name becomes the host's. */
export async function addDockerHost(directory: string): Promise<DockerHost> {
  const name = basename(directory);
  await mkdir(directory, { recursive: true });
  const namespace = await addNamespace(name);
  const socket = join(directory, 'docker.sock');
  const docker = new Docker({ socketPath: socket });
  return {
    ...namespace,
    docker,
    dockerUrl: `unix://${socket}`,
    dataRoot: join(directory, 'data'),
    boot: () => startDaemon(namespace, directory, docker),
    endDaemon: (signal) => endDaemon(directory, signal),
    powerOff: async () => void (await run(powerOffScript, [name, directory])),
    contents: () => listContents(docker),
  };
}

/** Whatever state it is in. */
export async function removeDockerHost(directory: string): Promise<void> {
  const name = basename(directory);
  await run(powerOffScript, [name, directory]);
  await removeNamespace(name);
  await removeCgroups(name);
  await rm(directory, { recursive: true, force: true });
}

async function startDaemon({ name, enter }: Namespace, directory: string, docker: Docker): Promise<void> {
  const logFile = join(directory, 'dockerd.log');
  const log = await open(logFile, 'w');
  const [program, ...argv] = [...enter, ...daemonCommand(name, directory)];
  const daemon = spawn(program ?? '', argv, { stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const deadline = performance.now() + bootMsMax;
  while (!(await docker.ping().catch(() => null))) {
    if (daemon.exitCode !== null || performance.now() > deadline)
      throw new Error(`dockerd of ${name} does not start:\n${await readFile(logFile, 'utf8')}`);
    await delay(50);
  }
}

async function endDaemon(directory: string, signal: NodeJS.Signals): Promise<void> {
  const pid = Number(await readFile(join(directory, 'dockerd.pid'), 'utf8'));
  process.kill(pid, signal);
  while (await readFile(`/proc/${pid}/comm`).catch(() => null)) await delay(50);
  // Its containerd died with it, and may stay as a zombie where nobody reaps orphans: the next dockerd would wait for it.
  await rm(join(directory, 'exec', 'containerd', 'containerd.pid'), { force: true });
}

function daemonCommand(name: string, directory: string): string[] {
  const options = {
    'data-root': join(directory, 'data'),
    'exec-root': join(directory, 'exec'),
    pidfile: join(directory, 'dockerd.pid'),
    host: `unix://${join(directory, 'docker.sock')}`,
    'cgroup-parent': `/${name}`,
    'storage-driver': 'overlay2',
    'log-level': 'error',
  };
  const flags = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  // A host name of its own: agents and coordinator tell hosts apart by it.
  return ['unshare', '--uts', 'sh', '-c', `hostname ${name}; exec dockerd "$@"`, 'sh', ...flags];
}

async function listContents(docker: Docker): Promise<string[]> {
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
  ]);
  return [
    ...containers.map((container) => `container ${container.Names[0]}`),
    ...networks.map((network) => `network ${network.Name}`),
    ...Volumes.map((volume) => `volume ${volume.Name}`),
  ].sort();
}

/** Empty ones can be removed, from the leaves up. */
async function removeCgroups(name: string): Promise<void> {
  const parents = await readdir('/sys/fs/cgroup');
  const roots = ['.', ...parents].map((parent) => join('/sys/fs/cgroup', parent, name));
  await run('sh', ['-c', 'find "$@" -depth -type d -exec rmdir {} + 2>/dev/null; true', 'sh', ...roots]);
}
