/** `cleangrid shell`: a terminal, or a plain pipe, into a container of this machine. */

import type { ExecOutput, Execution } from '@cleangrid/agent/container-runtime.ts';
import type { PoolRecord } from '@cleangrid/agent/pool/pool-ledger.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { Console } from '../console.ts';
import { findContainer } from '../find-container.ts';
import { listenForInterrupts } from '../interrupts.ts';
import type { Entered } from '../machine-pool.ts';
import { oneLine } from '../one-line.ts';
import { writeLines } from '../terminal.ts';
import { usePool } from '../use-pool.ts';

/** bash where there is one: it has history and completion. */
const anyShell = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];

/** Ends with the exit code of what ran in there; with 4 when it is told to end before. */
export async function shellCommand(
  wanted: string,
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  return usePool(context, async (pool) => {
    const found = findContainer(pool.list(), wanted);
    if (!found)
      throw new GridError('bad_usage', `there is no container ${wanted}`, {
        hint: 'cleangrid pool and cleangrid lease ls list them.',
      });
    return pool.visit(found, (entered) => {
      const said =
        found.kind === 'lease' ? whenItGoes(entered.record, context) : whatBecomesOf(entered.record);
      writeLines(context.terminal.err, [`${found.container} (${oneLine(found.label)}): ${said}`]);
      return use(entered, argv.length === 0 ? anyShell : argv, context);
    });
  });
}

function whenItGoes({ deadlineMs }: PoolRecord, { clock }: CommandContext): string {
  return `your lease, which goes in ${formatDuration(Math.max(0, (deadlineMs ?? 0) - clock.nowMs()))}`;
}

function whatBecomesOf({ holder }: PoolRecord): string {
  const another = 'and another one made when it is needed';
  if (holder === null) return `no run gets it any more; it is removed when you leave, ${another}`;
  return `in use by ${oneLine(holder)}, which goes on; no run gets it after that: it is removed when you have both left it, ${another}`;
}

async function use(entered: Entered, argv: readonly string[], context: CommandContext): Promise<number> {
  const { signals, exit } = context;
  const stopped = new AbortController();
  const ignore = listenForInterrupts(signals, {
    first: () => stopped.abort(new GridError('cancelled', 'the shell was told to end')),
    again: () => exit(exitCodes.cancelled),
  });
  try {
    return await (context.console.isTerminal ? onTerminal : onPipe)(entered, argv, { context, stopped });
  } catch (error) {
    if (stopped.signal.aborted) return exitCodes.cancelled;
    throw error;
  } finally {
    ignore();
    context.console.close();
  }
}

interface Using {
  context: CommandContext;
  stopped: AbortController;
}

async function onTerminal(
  { containers, record }: Entered,
  argv: readonly string[],
  { context: { console }, stopped: { signal } }: Using,
): Promise<number> {
  const giveKeysBack = console.takeKeys();
  try {
    const command = { argv, env: { TERM: console.kind }, size: console.size() };
    const terminal = await containers.openTerminal(record.container, command, {
      output: outputOf(console),
      signal,
    });
    const resize = (): void => void terminal.resize(console.size()).catch(() => undefined);
    const ignoreSize = console.onResize(resize);
    try {
      return await toItsEnd(terminal, console.input());
    } finally {
      ignoreSize();
    }
  } finally {
    giveKeysBack();
  }
}

async function onPipe(
  { containers, record }: Entered,
  argv: readonly string[],
  { context: { console }, stopped: { signal } }: Using,
): Promise<number> {
  const options = { output: outputOf(console), signal };
  const execution = await containers.exec(record.container, { argv, stdin: true }, options);
  return toItsEnd(execution, console.input());
}

function outputOf(console: Console): ExecOutput {
  return async (stream, chunk) => void (await console.write(stream, chunk));
}

async function toItsEnd(execution: Execution, input: AsyncIterable<Uint8Array>): Promise<number> {
  // What it does not read any more is lost; the daemon's errors reach `exited`.
  void feed(execution, input).catch(() => undefined);
  const exit = await execution.exited;
  if (exit.kind === 'exited') return exit.code;
  throw new GridError('bad_usage', `it cannot be run there: ${oneLine(exit.message)}`, {
    hint: 'Give a command that the image has, after --.',
  });
}

async function feed(execution: Execution, input: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of input) await execution.write(chunk);
  execution.endInput();
}
