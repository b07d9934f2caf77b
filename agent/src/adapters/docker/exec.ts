/** Commands in running containers by Docker's exec: create, start on a hijacked connection, read to the end, ask how it ended. */

import type { Duplex } from 'node:stream';
import { sleep } from '@cleangrid/core/clock.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { execPollMsMax, execPollMsMin } from '@cleangrid/core/limits.ts';
import type Docker from 'dockerode';
import type {
  ExecExit,
  ExecOptions,
  ExecSpec,
  Execution,
  Terminal,
  TerminalSize,
  TerminalSpec,
} from '../../container-runtime.ts';
import { envList } from './container-options.ts';
import { call, type DockerApi } from './docker-api.ts';
import { ExecReception } from './exec-reception.ts';
import { execInput } from './exec-input.ts';
import { readToEnd } from './read-to-end.ts';

interface StartedExec {
  exec: Docker.Exec;
  connection: Duplex;
  container: string;
}

/** A place for the command to run in, and what to run. */
interface ExecTarget<Command> {
  container: string;
  command: Command;
}

export async function exec(
  api: DockerApi,
  { container, command }: ExecTarget<ExecSpec>,
  options: ExecOptions,
): Promise<Execution> {
  const body = { ...execBody(command), AttachStdin: command.stdin };
  const started = await start(api, { container, body }, options.signal);
  return execution(api, started, { ...options, isFramed: true });
}

/** Docker takes these keys for "detach" and keeps them from the command; its default, Ctrl-P Ctrl-Q, is what people type. */
const detachKeys = 'ctrl-^,ctrl-_,ctrl-^,ctrl-_';

export async function openTerminal(
  api: DockerApi,
  { container, command }: ExecTarget<TerminalSpec>,
  options: ExecOptions,
): Promise<Terminal> {
  const body = { ...execBody(command), AttachStdin: true, Tty: true, DetachKeys: detachKeys };
  const started = await start(api, { container, body }, options.signal);
  const running = execution(api, started, { ...options, isFramed: false });
  const resize = (size: TerminalSize): Promise<void> => resizeTerminal(api, started, size);
  // the size cannot be given before the command runs
  await untilStarted(api, started, options.signal);
  await resize(command.size);
  return { ...running, resize };
}

function execBody(command: Omit<ExecSpec, 'stdin'>): Docker.ExecCreateOptions {
  return {
    AttachStdout: true,
    AttachStderr: true,
    Cmd: [...command.argv],
    ...(command.env && { Env: envList(command.env) }),
    ...(command.workdir !== undefined && { WorkingDir: command.workdir }),
    ...(command.user !== undefined && { User: command.user }),
  };
}

async function start(
  api: DockerApi,
  { container, body }: { container: string; body: Docker.ExecCreateOptions },
  signal: AbortSignal | undefined,
): Promise<StartedExec> {
  const doing = `run a command in the container ${container}`;
  const created = await call(api, {
    doing,
    send: (abortSignal) => api.docker.getContainer(container).exec({ ...body, abortSignal }),
    signal,
  });
  const connection = await call(api, {
    doing,
    send: (abortSignal) => created.start({ hijack: true, Tty: body.Tty ?? false, abortSignal }),
    signal,
  });
  return { exec: created, connection, container };
}

function execution(
  api: DockerApi,
  started: StartedExec,
  options: ExecOptions & { isFramed: boolean },
): Execution {
  const input = execInput(started.connection);
  const exited = runToEnd(api, started, options);
  // whoever started it may leave without waiting; those who wait get the rejection all the same
  exited.catch(() => {});
  return { write: (chunk) => input.write(chunk), endInput: () => input.end(), exited };
}

async function runToEnd(
  api: DockerApi,
  started: StartedExec,
  { output, signal, isFramed }: ExecOptions & { isFramed: boolean },
): Promise<ExecExit> {
  const reception = new ExecReception({
    output,
    isFramed,
    hasStarted: async () => hasStarted(await inspect(api, started, signal)),
  });
  const failure = await readToEnd(started.connection, (chunk) => reception.take(chunk), signal);
  const state = await awaitEnd(api, started, { failure, signal });
  return reception.finish(state.ExitCode);
}

interface ExecEnd extends Docker.ExecInspectInfo {
  ExitCode: number;
}

/** The end of the streams is no end: a command may close them and go on, and a daemon's crash closes them too. */
async function awaitEnd(
  api: DockerApi,
  started: StartedExec,
  { failure, signal }: { failure: Error | null; signal: AbortSignal | undefined },
): Promise<ExecEnd> {
  for (let pauseMs = execPollMsMin; ; pauseMs = Math.min(2 * pauseMs, execPollMsMax)) {
    const state = await inspect(api, started, signal);
    if (!state.Running && state.ExitCode !== null) return { ...state, ExitCode: state.ExitCode };
    if (failure) {
      const message = `lost the connection to a command in the container ${started.container}`;
      throw new GridError('daemon_unreachable', message, { cause: failure });
    }
    await sleep(api.clock, pauseMs, signal);
  }
}

/** A command that the daemon could not start has ended and never had a process. */
function hasStarted(state: Docker.ExecInspectInfo): boolean {
  return state.Running || state.Pid > 0;
}

/** Waits until the command runs or has ended. */
function untilStarted(api: DockerApi, started: StartedExec, signal: AbortSignal | undefined): Promise<void> {
  return call(api, {
    doing: `start a terminal in the container ${started.container}`,
    send: async (abortSignal) => {
      for (;;) {
        const state = await inspect(api, started, abortSignal);
        if (state.Pid > 0 || (!state.Running && state.ExitCode !== null)) return;
        await sleep(api.clock, execPollMsMin, abortSignal);
      }
    },
    signal,
  });
}

function inspect(
  api: DockerApi,
  { exec: created, container }: StartedExec,
  signal: AbortSignal | undefined,
): Promise<Docker.ExecInspectInfo> {
  return call(api, {
    doing: `ask how a command in the container ${container} ended`,
    send: (abortSignal) => created.inspect({ abortSignal }),
    signal,
  });
}

async function resizeTerminal(
  api: DockerApi,
  { exec: created, container }: StartedExec,
  { columns, rows }: TerminalSize,
): Promise<void> {
  try {
    await call(api, {
      doing: `resize a terminal in the container ${container}`,
      send: (abortSignal) => created.resize({ h: rows, w: columns, abortSignal }),
    });
  } catch (error) {
    // a command that has ended has no size; Docker says so in several ways
    if (isGridError(error, 'daemon_unreachable', 'timed_out')) throw error;
  }
}
