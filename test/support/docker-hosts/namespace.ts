/** Network namespaces that tests make: addresses exist only in them, and whatever is in one dies with it. Needs root. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Namespace {
  readonly name: string;
  /** Put before a command line, runs it in there. */
  readonly enter: readonly string[];
}

/** Throws with what to do where this machine or user cannot make one. */
export async function addNamespace(name: string): Promise<Namespace> {
  try {
    await ip('netns', 'add', name);
  } catch (error) {
    throw new Error('several Docker hosts on one machine take network namespaces: run this test as root', {
      cause: error,
    });
  }
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  return { name, enter: ['nsenter', `--net=/run/netns/${name}`, '--'] };
}

/** What still runs in there must be dead; one that is not there is fine. */
export async function removeNamespace(name: string): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  if (stdout.split('\n').some((line) => line.split(' ')[0] === name)) await ip('netns', 'del', name);
}

/** Gives the namespace a bridge, to which `joinBridge` connects others. */
export async function addBridge({ name }: Namespace, address: string): Promise<void> {
  await ip('-n', name, 'link', 'add', 'bridge', 'type', 'bridge');
  await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'bridge');
  await ip('-n', name, 'link', 'set', 'bridge', 'up');
}

/** Resolves to the name of the cable's end at the bridge, for `setLink`. */
export async function joinBridge(core: Namespace, host: Namespace, address: string): Promise<string> {
  const port = `port${address.slice(address.lastIndexOf('.') + 1)}`;
  await ip('-n', core.name, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.name);
  await ip('-n', core.name, 'link', 'set', port, 'master', 'bridge', 'up');
  await ip('-n', host.name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', host.name, 'link', 'set', 'eth0', 'up');
  return port;
}

/** Down: packets vanish, and no connection is told. */
export async function setLink(core: Namespace, port: string, state: 'up' | 'down'): Promise<void> {
  await ip('-n', core.name, 'link', 'set', port, state);
}

async function ip(...argv: string[]): Promise<void> {
  await run('ip', argv);
}
