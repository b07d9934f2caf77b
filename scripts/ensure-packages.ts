/** Makes sure that the programs the tests start are there, by Debian's packages where they are not. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, whyNoApt, withoutStartingServices } from './apt.ts';
import { CannotRun } from './cannot-run.ts';

interface NeededProgram {
  program: string;
  /** Debian's package that has it. */
  package: string;
}

/** What a grid needs beside its own processes. */
export const natsPrograms: NeededProgram[] = [{ program: 'nats-server', package: 'nats-server' }];

/** What tests start: a private registry, a NATS server, Compose, networks of their own; and for the supervisor compilers, with and without sanitizers, and what runs its other build. */
export const testPrograms: NeededProgram[] = [
  { program: 'docker-registry', package: 'docker-registry' },
  ...natsPrograms,
  { program: 'docker-compose', package: 'docker-compose' },
  { program: 'ip', package: 'iproute2' },
  { program: 'musl-gcc', package: 'musl-tools' },
  { program: 'gcc', package: 'gcc' },
  { program: 'qemu-aarch64-static', package: 'qemu-user-static' },
];

/** Throws `CannotRun` where something is missing and cannot be installed. */
export async function ensurePackages(needed: NeededProgram[]): Promise<void> {
  const missing = needed.filter(({ program }) => !isOnPath(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((entry) => entry.package))];
  const obstacle = whyNoApt();
  if (obstacle !== null) {
    const programs = missing.map(({ program }) => program).join(', ');
    throw new CannotRun(`${programs} missing, and ${obstacle}: install ${packages.join(', ')} first`);
  }
  await withoutStartingServices(() => installPackages(packages));
}

export function isOnPath(program: string): boolean {
  // Debian's daemons live in /usr/sbin, which a user's PATH may lack.
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return directories.some((directory) => isExecutable(join(directory, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
