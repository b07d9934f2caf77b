/** Freezes one process of a container by a cgroup of its own, which only root on the daemon's host can: it then meets no signal. */

import { readdir, readFile, mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Frozen {
  /** Whether the kernel cannot even kill it: cgroup v1. */
  isUnkillable: boolean;
  thaw(): Promise<void>;
}

const hierarchies = {
  v1: {
    root: '/sys/fs/cgroup/freezer',
    line: /:freezer:(.+)/u,
    state: 'freezer.state',
    words: ['FROZEN', 'THAWED'],
  },
  v2: { root: '/sys/fs/cgroup', line: /^0::(.+)/mu, state: 'cgroup.freeze', words: ['1', '0'] },
} as const;

/** `pid`: as the container numbers it. */
export async function freeze(container: string, pid: number): Promise<Frozen> {
  const hostPid = await findHostPid(container, pid);
  const groups = await readFile(`/proc/${hostPid}/cgroup`, 'utf8');
  const hierarchy = hierarchies.v1.line.test(groups) ? hierarchies.v1 : hierarchies.v2;
  const { root, line, state, words } = hierarchy;
  const parent = join(root, line.exec(groups)?.[1] ?? '');
  const group = join(parent, 'frozen');
  await mkdir(group);
  await writeFile(join(group, 'cgroup.procs'), String(hostPid));
  await writeFile(join(group, state), words[0]);
  return {
    isUnkillable: hierarchy === hierarchies.v1,
    async thaw() {
      await writeFile(join(group, state), words[1]);
      // it dies of what it met while it was frozen
      while ((await readFile(join(group, 'cgroup.procs'), 'utf8')) !== '') continue;
      await rmdir(group);
    },
  };
}

async function findHostPid(container: string, pid: number): Promise<number> {
  for (const candidate of (await readdir('/proc')).filter((name) => /^\d+$/u.test(name))) {
    const read = (file: string): Promise<string> =>
      readFile(`/proc/${candidate}/${file}`, 'utf8').catch(() => '');
    const [status, groups] = await Promise.all([read('status'), read('cgroup')]);
    const numbers = /^NSpid:(.*)/mu.exec(status)?.[1]?.trim().split(/\s+/u) ?? [];
    if (groups.includes(container) && Number(numbers.at(-1)) === pid) return Number(candidate);
  }
  throw new Error(`no process ${pid} in the container ${container}`);
}
