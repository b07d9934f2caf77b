/** One short command in a service's container, on the pool's behalf. What it does wrong is an answer, not an error. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { keepOutput } from '@cleangrid/core/kept-output.ts';
import type { ExecOutcome, StepSession } from '../step-executor.ts';

export interface ToolCommand {
  argv: string[];
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  timeoutMs: number;
  /** Called with what it writes while it runs. Chunks are valid only during the call. */
  onStdout?: ((chunk: Uint8Array) => void) | undefined;
}

export interface ToolRun {
  stdout: string;
  stderr: string;
  /** One line for people; null: it ended with exit code 0, and `stdout` is all that it wrote. */
  problem: string | null;
}

/** Rejects with the session's errors, and with the signal's reason when it aborts. */
export async function runTool(
  session: StepSession,
  { argv, env = {}, stdin, timeoutMs, onStdout }: ToolCommand,
  signal: AbortSignal,
): Promise<ToolRun> {
  const output = { stdout: keepOutput(true), stderr: keepOutput(false) };
  const outcome = await session.run(
    {
      argv,
      env,
      workdir: null,
      user: null,
      stdin: stdin === undefined ? null : Buffer.from(stdin),
      timeoutMs,
    },
    (stream, chunk) => {
      output[stream].add(chunk);
      if (stream === 'stdout') onStdout?.(chunk);
    },
    signal,
  );
  signal.throwIfAborted();
  const { text: stdout, complete } = output.stdout.evaluated();
  const { head, tail } = output.stderr.kept();
  const stderr = head + tail;
  const tool = argv[0] ?? '';
  if (isSuccess(outcome))
    return { stdout, stderr, problem: complete ? null : `${tool} wrote more than can be looked at` };
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return { stdout, stderr, problem: last === '' ? endOf(outcome, { tool, timeoutMs }) : last };
}

function isSuccess(outcome: ExecOutcome): boolean {
  return outcome.kind === 'exited' && outcome.exit.kind === 'code' && outcome.exit.code === 0;
}

function endOf(outcome: ExecOutcome, { tool, timeoutMs }: { tool: string; timeoutMs: number }): string {
  switch (outcome.kind) {
    case 'not_started':
      return `${tool} could not be started: ${outcome.message}`;
    case 'timed_out':
      return `${tool} did not end within ${formatDuration(timeoutMs)}`;
    case 'cancelled':
      return `${tool} was ended`;
    case 'exited':
      return outcome.exit.kind === 'code'
        ? `${tool} ended with exit code ${outcome.exit.code}`
        : `${tool} was ended by ${outcome.exit.signal}`;
  }
}
