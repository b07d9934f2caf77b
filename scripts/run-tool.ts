/** Runs a program of this checkout's node_modules, either showing what it prints or keeping it. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '..');

export interface ToolResult {
  exitCode: number;
  /** stdout and stderr in one, as they came; empty where it was shown. */
  output: string;
  seconds: number;
}

export interface ToolOptions {
  output: 'kept' | 'shown';
  env?: Record<string, string>;
}

export async function runTool(command: string[], options: ToolOptions): Promise<ToolResult> {
  const [program = '', ...args] = command;
  const started = performance.now();
  const out = options.output === 'shown' ? 'inherit' : 'pipe';
  const child = spawn(join(root, 'node_modules/.bin', program), args, {
    cwd: root,
    // Into a file or a pipe goes plain text.
    env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...options.env },
    stdio: ['ignore', out, out],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    // No code: ended by a signal.
    child.once('close', (code) => resolve(code ?? 1));
  });
  return {
    exitCode,
    output: Buffer.concat(chunks).toString(),
    seconds: (performance.now() - started) / 1000,
  };
}
