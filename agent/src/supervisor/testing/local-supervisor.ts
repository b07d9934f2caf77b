/** A supervisor as an ordinary process of this machine: what the runtime's exec does, without a container. */

import { spawn } from 'node:child_process';
import type { ExecExit, ExecOptions, Execution } from '../../container-runtime.ts';

export interface LocalProgram {
  /** argv before its own arguments. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What it says on stderr: nothing while all is well. */
  diagnostics(text: string): void;
}

export async function startLocally(program: LocalProgram, { output }: ExecOptions): Promise<Execution> {
  const [command = '', ...args] = program.argv;
  const child = spawn(command, [...args, 'serve', '20000', '1000'], {
    env: { PATH: '/usr/bin:/bin', ...program.env },
  });
  child.stdout.on('data', (chunk: Buffer) => void output('stdout', chunk));
  child.stderr.on('data', (chunk: Buffer) => program.diagnostics(chunk.toString()));
  child.stdin.on('error', () => {});
  const exited = new Promise<ExecExit>((resolve) => {
    child.on('close', (code) => resolve({ kind: 'exited', code: code ?? -1 }));
  });
  return {
    write: async (chunk) => void child.stdin.write(chunk),
    endInput: () => void child.stdin.end(),
    exited,
  };
}
