/** The command as users install it: the package of this checkout, packed and installed into an empty prefix. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Resolves to its path, below `directory`. */
export async function installPackage(directory: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', directory], { cwd: root });
  const tarball = join(directory, stdout.trim().split('\n').at(-1) ?? '');
  const prefix = join(directory, 'prefix');
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', '--global', ...quietly, '--prefix', prefix, tarball]);
  return join(prefix, 'bin', 'cleangrid');
}
