/**
 * Builds the supervisor from source into `dist/ARCHITECTURE/`, where it is not built yet. Static, stripped and reproducible: the same sources
 * and compiler give the same bytes, so that a volume named after them is shared. Run it: `node agent/supervisor/build.ts [amd64] [arm64]`.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Architecture = 'amd64' | 'arm64';
export const architectures: Architecture[] = ['amd64', 'arm64'];
/** Holds one folder per architecture. */
export const builtDirectory: string = join(import.meta.dirname, 'dist');
const programName = 'cleangrid-supervisor';

const languageFlags = ['-std=c17', '-D_GNU_SOURCE'];
const warningFlags = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Wvla', '-Werror'];
const sizeFlags = ['-Os', '-s', '-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections'];
const releaseFlags = [...sizeFlags, '-static', '-Wl,--build-id=none'];
const sanitizerFlags = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Resolves to its path, or to null where no compiler for the architecture can be had. Rejects when the sources do not compile. */
export async function buildSupervisor(
  architecture: Architecture,
  directory: string = builtDirectory,
): Promise<string | null> {
  const program = join(directory, architecture, programName);
  const compiler = await findCompiler(architecture);
  return compiler && compile({ compiler, program, flags: releaseFlags, sources: await supervisorSources() });
}

/** The same program for the tests, on this machine: AddressSanitizer and UndefinedBehaviorSanitizer end it at the first fault. */
export async function buildSanitized(): Promise<string> {
  const program = join(builtDirectory, 'sanitized', programName);
  return compile({
    compiler: ['gcc'],
    program,
    flags: sanitizerFlags,
    sources: await supervisorSources(),
  });
}

/** Reads broken frames under the same sanitizers. */
export async function buildFuzzer(): Promise<string> {
  const program = join(builtDirectory, 'sanitized', 'fuzz-frames');
  const sources = (await supervisorSources()).filter((path) => !path.endsWith('/main.c'));
  sources.push(join(import.meta.dirname, 'test/fuzz-frames.c'));
  return compile({ compiler: ['gcc'], program, flags: sanitizerFlags, sources });
}

interface Compilation {
  compiler: readonly string[];
  program: string;
  flags: readonly string[];
  sources: readonly string[];
}

async function compile({ compiler, program, flags, sources }: Compilation): Promise<string> {
  const [command = '', ...args] = [...compiler, ...languageFlags, ...warningFlags, ...flags];
  const digest = await digestOf([command, ...args], sources);
  const digestFile = `${program}.sources`;
  if ((await readText(digestFile)) === digest) return program;
  await mkdir(dirname(program), { recursive: true });
  // two builds may run at once: each writes its own file, and both write the same bytes
  const made = `${program}.${process.pid}`;
  await run(command, [...args, '-o', made, ...sources]);
  await rename(made, program);
  await writeFile(digestFile, digest);
  return program;
}

const sourceDirectory = join(import.meta.dirname, 'src');

async function supervisorSources(): Promise<string[]> {
  const names = await readdir(sourceDirectory);
  const files = names.filter((name) => name.endsWith('.c')).sort();
  return files.map((name) => join(sourceDirectory, name));
}

async function digestOf(command: readonly string[], sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(command.join(' '));
  const headers = (await readdir(sourceDirectory)).filter((name) => name.endsWith('.h')).sort();
  for (const path of [...headers.map((name) => join(sourceDirectory, name)), ...sources])
    hash.update(`\0${path}\0`).update(await readFile(path));
  return hash.digest('hex');
}

/** Null: this machine is of a kind that no supervisor is built for. */
export const machineArchitecture: Architecture | null =
  architectures.find((name) => name === process.arch.replace('x64', 'amd64')) ?? null;
/** Where `scripts/ensure-supervisor.ts` puts PyPI's package with zig in it. */
export const zigDirectory: string = join(import.meta.dirname, '../../node_modules/.cache/ziglang');
const zigTargets = { amd64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' };

/** musl-gcc for the machine's own architecture (Debian: musl-tools), else zig (PyPI: ziglang), which compiles for any. */
async function findCompiler(architecture: Architecture): Promise<string[] | null> {
  if (architecture === machineArchitecture && (await works(['musl-gcc', '--version']))) return ['musl-gcc'];
  for (const zig of [[join(zigDirectory, 'ziglang/zig')], ['zig'], ['python3', '-m', 'ziglang']])
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
