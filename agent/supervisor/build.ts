/**
 * Builds the supervisor from source into `dist/ARCHITECTURE/`, where it is not built yet. Static, stripped and reproducible: the same sources
 * and compiler give the same bytes, so that a volume named after them is shared. Run it: `node agent/supervisor/build.ts [amd64] [arm64]`.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Architecture = 'amd64' | 'arm64';
export const architectures: Architecture[] = ['amd64', 'arm64'];
/** Holds one folder per architecture. */
export const builtDirectory: string = join(import.meta.dirname, 'dist');
export const programName = 'cleangrid-supervisor';

const sourceDirectory = join(import.meta.dirname, 'src');
/** Also of the build with sanitizers. */
export const languageFlags: string[] = [
  '-std=c17',
  '-D_GNU_SOURCE',
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wshadow',
  '-Wconversion',
  '-Wvla',
  '-Werror',
];
const releaseFlags = [
  '-Os',
  '-static',
  '-s',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wl,--gc-sections',
  '-Wl,--build-id=none',
];

/** Resolves to its path, or to null where no compiler for the architecture can be had. Rejects when the sources do not compile. */
export async function buildSupervisor(architecture: Architecture): Promise<string | null> {
  const directory = join(builtDirectory, architecture);
  const program = join(directory, programName);
  const digest = await sourceDigest();
  if ((await readText(join(directory, 'source-digest'))) === digest) return program;
  const compiler = await findCompiler(architecture);
  if (compiler === null) return null;
  await mkdir(directory, { recursive: true });
  // two builds may run at once: each writes its own file, and both write the same bytes
  const made = `${program}.${process.pid}`;
  const [command = '', ...args] = compiler;
  await run(command, [...args, ...languageFlags, ...releaseFlags, '-o', made, ...(await sources())]);
  await rename(made, program);
  await writeFile(join(directory, 'source-digest'), digest);
  return program;
}

/** Absolute paths of the C files, in a fixed order. */
export async function sources(): Promise<string[]> {
  const names = await readdir(sourceDirectory);
  return names
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(sourceDirectory, name));
}

async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256').update([...languageFlags, ...releaseFlags].join(' '));
  for (const name of (await readdir(sourceDirectory)).sort())
    hash.update(`\0${name}\0`).update(await readFile(join(sourceDirectory, name)));
  return hash.digest('hex');
}

const machine: Architecture | undefined = { x64: 'amd64' as const, arm64: 'arm64' as const }[
  process.arch as string
];
const zigTargets = { amd64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' };

/** musl-gcc for the machine's own architecture (Debian: musl-tools), else zig (PyPI: ziglang), which compiles for any. */
async function findCompiler(architecture: Architecture): Promise<string[] | null> {
  if (architecture === machine && (await works(['musl-gcc', '--version']))) return ['musl-gcc'];
  for (const zig of [['zig'], ['python3', '-m', 'ziglang']])
    if (await works([...zig, 'version'])) return [...zig, 'cc', '-target', zigTargets[architecture]];
  return null;
}

async function works([command = '', ...args]: string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = process.argv.slice(2) as Architecture[];
  for (const architecture of wanted.length > 0 ? wanted : architectures) {
    const program = await buildSupervisor(architecture);
    const told = program ?? 'no compiler (install musl-tools, or ziglang from PyPI)';
    process.stdout.write(`supervisor ${architecture}: ${told}\n`);
  }
}
