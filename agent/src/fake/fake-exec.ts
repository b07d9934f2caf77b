/** Commands in running fake containers. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { ExecExit, ExecOptions, Terminal } from '../container-runtime.ts';
import type { FakeCommand, FakeContainer } from './fake-container.ts';
import type { FakeProcess } from './fake-process.ts';

export function fakeExec(container: FakeContainer, command: FakeCommand, options: ExecOptions): Terminal {
  if (container.state !== 'running')
    throw new GridError('not_running', `the container ${container.parts.spec.name} is not running`);
  const { output, signal } = options;
  const refusal = refusalOf(container, command);
  const process =
    refusal === null
      ? container.exec(command, (stream, chunk) => (signal?.aborted ? undefined : output(stream, chunk)))
      : null;
  const refused = {
    kind: 'refused' as const,
    message: refusal ?? `no such program: ${command.argv[0] ?? ''}`,
  };
  const exited = Promise.race([process ? exitOf(process) : Promise.resolve(refused), aborted(signal)]);
  // whoever started it may leave without waiting
  exited.catch(() => {});
  return {
    async write(chunk) {
      process?.give(chunk);
    },
    endInput: () => process?.endInput(),
    async resize(size) {
      if (process) process.size = size;
    },
    exited,
  };
}

function refusalOf({ parts }: FakeContainer, { user, workdir }: FakeCommand): string | null {
  if (user !== undefined && user !== 'root' && !/^\d+(:\d+)?$/.test(user))
    return `unable to find user ${user}`;
  if (workdir !== undefined && !parts.files.hasDirectory(workdir)) return `no such directory: ${workdir}`;
  return null;
}

async function exitOf(process: FakeProcess): Promise<ExecExit> {
  return { kind: 'exited', code: await process.exited };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
