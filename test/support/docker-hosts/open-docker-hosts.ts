/**
 * Several Docker hosts on one machine, joined by a network that exists nowhere else: `core`, for coordinator and nats-server, and hosts
 * with a dockerd each. The machine's own daemon only gives its images. Needs root.
 */

import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { addDockerHost, type DockerHost, removeDockerHost } from './docker-host.ts';
import { addBridge, addNamespace, joinBridge, type Namespace, setLink } from './namespace.ts';

const run = promisify(execFile);
const prefix = 'cgh-';
const network = '10.77.0';

export interface DockerHosts {
  core: Namespace;
  /** Of `core`. */
  address: string;
  hosts: DockerHost[];
  /** Down: a partition between this host and all others. */
  setLink(host: DockerHost, state: 'up' | 'down'): Promise<void>;
  /** Kills and removes everything that was made. */
  remove(): Promise<void>;
}

/** All hosts run, and have the images. Throws with what to do where this machine cannot have them; then nothing is left. */
export async function openDockerHosts(count: number, images: readonly string[]): Promise<DockerHosts> {
  for (const pid of await deadOwners()) await removeAll(pid);
  const directory = directoryOf(process.pid);
  await mkdir(directory);
  try {
    return await open(directory, count, images);
  } catch (error) {
    await removeAll(process.pid);
    throw error;
  }
}

async function open(directory: string, count: number, images: readonly string[]): Promise<DockerHosts> {
  const core = await addNamespace(`${prefix}${process.pid}-core`);
  await mkdir(join(directory, core.name));
  const address = `${network}.1`;
  await addBridge(core, address);
  const hosts: DockerHost[] = [];
  const ports = new Map<DockerHost, string>();
  for (let number = 1; number <= count; number++) {
    const host = await addDockerHost(join(directory, `${prefix}${process.pid}-${number}`));
    ports.set(host, await joinBridge(core, host, `${network}.${10 + number}`));
    hosts.push(host);
  }
  await startWithImages(hosts, images);
  return {
    core,
    address,
    hosts,
    setLink: (host, state) => setLink(core, ports.get(host) ?? '', state),
    remove: () => removeAll(process.pid),
  };
}

/** One loads the images, the others share its files: layers never change, what describes them is copied. Loading takes seconds each. */
async function startWithImages(hosts: readonly DockerHost[], images: readonly string[]): Promise<void> {
  const [first, ...others] = hosts;
  if (!first) return;
  await first.boot();
  for (const image of images) await load(first.docker, image);
  // While it runs, its layers are a mount of their own.
  await first.powerOff();
  await Promise.all(others.map((host) => seed(first.dataRoot, host.dataRoot)));
  await Promise.all(hosts.map((host) => host.boot()));
}

async function seed(from: string, to: string): Promise<void> {
  await mkdir(to);
  await run('cp', ['-al', join(from, 'overlay2'), to]);
  await run('cp', ['-a', join(from, 'image'), to]);
}

async function load(docker: Docker, image: string): Promise<void> {
  const loading = await docker.loadImage(await new Docker().getImage(image).get());
  await pipeline(loading, async (lines) => {
    for await (const _ of lines) continue;
  });
}

/** Of test processes that were killed before they could remove what they had made. */
async function deadOwners(): Promise<number[]> {
  const names = (await readdir(tmpdir())).filter((name) => /^cgh-\d+$/u.test(name));
  return names.map((name) => Number(name.slice(prefix.length))).filter((pid) => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function directoryOf(pid: number): string {
  return join(tmpdir(), `${prefix}${pid}`);
}

/** `core` is removed as a host that never had a daemon. */
async function removeAll(pid: number): Promise<void> {
  const directory = directoryOf(pid);
  await Promise.all((await readdir(directory)).map((name) => removeDockerHost(join(directory, name))));
  await rm(directory, { recursive: true });
}
