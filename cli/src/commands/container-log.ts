/** `cleangrid logs` of a container: the lines of its own command, with their times and levels. */

import { followLog } from '@cleangrid/agent/follow-log.ts';
import type { LogLine } from '@cleangrid/agent/container-runtime.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { LogsOptions } from '../handlers.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { logLevel, type ServiceLogLevel } from '../log-level.ts';
import type { MachineContainer, MachinePool } from '../machine-pool.ts';
import { cleanText, oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import { writeLines } from '../terminal.ts';

export interface LogOf {
  pool: MachinePool;
  container: MachineContainer;
}

/** Ends with 4 when it is told to end. */
export async function containerLogCommand(
  { pool, container: { container } }: LogOf,
  options: LogsOptions,
  context: CommandContext,
): Promise<number> {
  const { console, signals, exit, terminal } = context;
  const stopped = new AbortController();
  const ignore = listenForInterrupts(signals, {
    first: () => stopped.abort(new GridError('cancelled', 'told to end')),
    again: () => exit(exitCodes.cancelled),
  });
  try {
    const lines = await open({ pool, container }, options, { ...context, signal: stopped.signal });
    for await (const line of lines) {
      const text = options.json ? jsonOf(line) : readable(line, terminal.out.paint);
      if (!(await console.write('stdout', Buffer.from(`${text}\n`)))) return exitCodes.passed;
    }
    return stopped.signal.aborted ? exitCodes.cancelled : exitCodes.passed;
  } finally {
    ignore();
  }
}

async function open(
  { pool, container }: { pool: MachinePool; container: string },
  { follow, tail, since }: LogsOptions,
  { clock, terminal, signal }: Pick<CommandContext, 'clock' | 'terminal'> & { signal: AbortSignal },
): Promise<AsyncIterable<LogLine>> {
  const containers = await pool.containers();
  const wanted = {
    signal,
    ...(tail !== undefined && { tail }),
    ...(since !== undefined && { sinceMs: clock.nowMs() - since }),
  };
  if (!follow) return containers.logs(container, { ...wanted, follow: false });
  const onLost = (error: unknown): void =>
    writeLines(terminal.err, [`waiting for Docker: ${oneLine(messageOf(error))}`]);
  return followLog({ containers, clock, onLost }, container, wanted);
}

function jsonOf(line: LogLine): string {
  return JSON.stringify({ timestamp: line.at, level: logLevel(line), message: line.text });
}

function readable(line: LogLine, paint: Paint): string {
  const level = logLevel(line);
  return `${paint.faint(line.at)} ${painted(level, paint)} ${cleanText(line.text)}`;
}

function painted(level: ServiceLogLevel, paint: Paint): string {
  const word = level.padEnd('error'.length);
  if (level === 'error' || level === 'fatal') return paint.failed(word);
  return level === 'warn' ? paint.skipped(word) : paint.faint(word);
}
