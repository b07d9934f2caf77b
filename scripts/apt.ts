/** Debian packages, for machines that have apt: installed as root, with the package lists refreshed only when they do not suffice. */

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { CannotRun, say } from './cannot-run.ts';

const run = promisify(execFile);

/** Null: packages can be installed here. Else why not. */
export function whyNoApt(): string | null {
  if (spawnSync('apt-get', ['--version']).error) return 'there is no apt-get here';
  if (process.getuid?.() !== 0) return `only root may install packages`;
  return null;
}

/** Throws `CannotRun` with apt's last error. */
export async function installPackages(packages: string[]): Promise<void> {
  say(`installing Debian packages: ${packages.join(' ')}`);
  await withPackageLists(() => aptGet(['install', '-y', '--no-install-recommends', ...packages]));
}

/** Debian starts what a package serves; a program that only tests start is not to run from then on. */
export async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  // Who has a policy of their own has decided.
  if (existsSync(servicePolicy)) return install();
  writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    rmSync(servicePolicy);
  }
}

/** Asked by each package's scripts before they start a service; 101 forbids it. */
const servicePolicy = '/usr/sbin/policy-rc.d';

/** Does something that needs package lists; where they are missing or outdated, refreshes them once and does it again. */
export async function withPackageLists<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (whyNoApt() !== null) throw error;
    say('refreshing the package lists');
    await aptGet(['update']);
    return await action();
  }
}

async function aptGet(command: string[]): Promise<void> {
  try {
    await run('apt-get', ['-qq', ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    throw new CannotRun(`apt-get ${command[0]} failed: ${lastErrorLine(error as { stderr?: string })}`);
  }
}

function lastErrorLine({ stderr = '' }: { stderr?: string }): string {
  const lines = stderr.trim().split('\n');
  return lines.findLast((line) => line.startsWith('E:')) ?? lines.at(-1) ?? 'no reason given';
}
