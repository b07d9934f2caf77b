/** Runs the command `cleangrid` as a user does, on the user's own terminal. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './run-tool.ts';

/** Resolves to its exit code. */
export async function runCleangrid(args: string[]): Promise<number> {
  const child = spawn(join(root, 'bin/cleangrid'), args, { cwd: root, stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; the run ends in its own orderly way, and this script after it.
  const wait = (): void => {};
  const pass = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGINT', wait);
    process.off('SIGTERM', pass);
  }
}
