/** The nats-servers to test with: the one on the PATH, and, where Go is at hand, the newest, built once into the user's cache. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache-directory.ts';

const newest = '2.15.2';
const run = promisify(execFile);

/** Programs by version, as each says itself. */
export async function natsPrograms(): Promise<Map<string, string>> {
  const programs = ['nats-server', ...(await builtProgram())];
  return new Map(
    await Promise.all(programs.map(async (program) => [await versionOf(program), program] as const)),
  );
}

async function builtProgram(): Promise<string[]> {
  const directory = cacheDirectory('nats-server', newest);
  const program = join(directory, 'nats-server');
  if (existsSync(program)) return [program];
  try {
    const env = { ...process.env, GOBIN: directory };
    await run('go', ['install', `github.com/nats-io/nats-server/v2@v${newest}`], { env });
    return [program];
  } catch {
    // No Go, or no way to its modules: the one on the PATH is what users have.
    return [];
  }
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version']);
  return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? stdout.trim();
}
