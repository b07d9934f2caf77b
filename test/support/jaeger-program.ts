/** A real Jaeger to test with, where Go is at hand: the tool of `test/tools/jaeger`, built once into the user's cache. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache-directory.ts';

const run = promisify(execFile);
const toolFolder = join(import.meta.dirname, '../tools/jaeger');
const command = 'github.com/jaegertracing/jaeger/cmd/jaeger';

/** Minutes the first time on a machine, nothing later. Who asks while another builds waits for that one. Null: it cannot be built here. */
export async function jaegerProgram(): Promise<string | null> {
  const sums = createHash('sha256').update(await readFile(join(toolFolder, 'go.sum')));
  const directory = cacheDirectory('jaeger', sums.digest('hex').slice(0, 12));
  const program = join(directory, 'jaeger');
  // Built beside its place, so that a build that was killed is none.
  const build = `[ -x "$1" ] || { nice go build -trimpath -ldflags='-s -w' -o "$1.new" ${command} && mv "$1.new" "$1"; }`;
  try {
    await mkdir(directory, { recursive: true });
    await run('flock', [join(directory, 'lock'), 'sh', '-c', build, 'build', program], { cwd: toolFolder });
    return program;
  } catch {
    // No Go, or no way to its modules.
    return null;
  }
}
