/** Looks at and amends the files of a running container through its session, with the sub-commands of the supervisor that `agent/supervisor/src` explains. */

import { amendBytesMax, listedBytesMax, listedEntriesMax, resetToolMsMax } from '@cleangrid/core/limits.ts';
import type { StepSession } from '../step-executor.ts';
import { deliveredProgram } from '../supervisor/delivery.ts';
import type { Listing } from './entries.ts';

/** Why a container's files cannot be vouched for: it has to be replaced. */
export class CannotKeep extends Error {}

/** One thing to do. `bytes`: what is written; `path` as in entries. */
export interface Amendment {
  text: string;
  bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

export function removal(path: string): Amendment {
  return { text: `- ${path}`, bytes: nothing };
}

export function folder(path: string, mode: number): Amendment {
  return { text: `d ${mode.toString(8)} ${path}`, bytes: nothing };
}

export function file(path: string, mode: number, bytes: Uint8Array): Amendment {
  return { text: `f ${mode.toString(8)} ${bytes.length} ${path}`, bytes };
}

export interface ContainerFiles {
  /** Of what is below the folders `roots`; `=PATH`: of that alone. */
  list(roots: readonly string[]): Promise<Listing>;
  /** In order. */
  amend(amendments: AsyncIterable<Amendment> | Iterable<Amendment>): Promise<void>;
  /** Texts of files that the kernel makes; empty where they cannot be read. */
  print(paths: readonly string[]): Promise<string[]>;
}

/** Its methods throw `CannotKeep`, the session's errors and the signal's reason. */
export function containerFiles(session: StepSession, signal: AbortSignal): ContainerFiles {
  const run = (command: string[], stdin: Buffer | null = null): Promise<Buffer> =>
    runSupervisor(session, { command, stdin }, signal);
  return {
    async list(roots) {
      const bytes = await run(['list', String(listedEntriesMax), ...roots]);
      const settled = bytes.subarray(0, bytes.indexOf(0)).toString() === 'settled';
      return { bytes, settled };
    },
    async amend(amendments) {
      let waiting: Uint8Array[] = [];
      let waitingBytes = 0;
      const flush = async (): Promise<void> => {
        if (waiting.length > 0) await run(['amend'], Buffer.concat(waiting));
        waiting = [];
        waitingBytes = 0;
      };
      for await (const { text, bytes } of amendments) {
        waiting.push(Buffer.from(`${text}\0`, 'latin1'), bytes);
        waitingBytes += text.length + bytes.length;
        if (waitingBytes > amendBytesMax) await flush();
      }
      await flush();
    },
    print: async (paths) => (await run(['print', ...paths])).toString('latin1').split('\0').slice(0, -1),
  };
}

/** It names a path, which may be long. */
const reasonCharactersMax = 500;

async function runSupervisor(
  session: StepSession,
  { command, stdin }: { command: string[]; stdin: Buffer | null },
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let said = '';
  const outcome = await session.run(
    {
      argv: [deliveredProgram, ...command],
      env: {},
      workdir: '/',
      user: '0',
      stdin,
      timeoutMs: resetToolMsMax,
    },
    (stream, chunk) => {
      if (stream === 'stderr') said = (said + Buffer.from(chunk).toString()).slice(-reasonCharactersMax);
      else if ((bytes += chunk.length) <= listedBytesMax) chunks.push(Buffer.from(chunk));
    },
    signal,
  );
  signal.throwIfAborted();
  const isDone = outcome.kind === 'exited' && outcome.exit.kind === 'code' && outcome.exit.code === 0;
  if (!isDone) throw new CannotKeep(said.trim() || `its files could not be looked at: ${outcome.kind}`);
  if (bytes > listedBytesMax) throw new CannotKeep('it has more files than can be compared');
  return Buffer.concat(chunks);
}
