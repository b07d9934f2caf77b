/**
 * Steps by plain `docker exec`. It cannot tell exit code 128 + n from signal n, nor end what a command left running, and it ends a command only
 * where the image has `sh` and the process neither changed its user nor dropped both its environment and its session.
 */

import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { type ContainerLife, containerEnded, proveAlive } from './container-life.ts';
import type { Containers, ExecExit, Execution, ExecSpec } from './container-runtime.ts';
import { endExecution } from './end-execution.ts';
import { type MarkedProcesses, markVariable, signalMarked } from './marked-processes.ts';
import type {
  ExecCommand,
  ExecOutcome,
  KeptEnd,
  OutputSink,
  StepExecutor,
  StepSession,
} from './step-executor.ts';

export interface PlainExecutorParts {
  containers: Containers;
  clock: Clock;
  ids: Ids;
}

export function createPlainExecutor(parts: PlainExecutorParts): StepExecutor {
  return {
    kind: 'plain',
    prepare: async () => ({ mounts: [], idleCommand, idleIsInit: false }),
    async open(container, signal) {
      const details = await parts.containers.get(container, signal);
      if (details.state !== 'running') throw containerEnded(container);
      return new PlainSession(parts, { container, startedAtMs: details.startedAtMs });
    },
  };
}

/** The longest that every `sleep` accepts; some do not know "infinity". */
const idleCommand = ['sleep', '2147483647'];

type Ending = Exclude<ExecOutcome['kind'], 'exited' | 'not_started'>;
/** An outcome before the time is added, one per kind. */
type Ended = ExecOutcome extends infer Outcome
  ? Outcome extends ExecOutcome
    ? Omit<Outcome, 'durationMs' | 'evidence'>
    : never
  : never;

const markCharacters = 12;

class PlainSession implements StepSession {
  readonly kind = 'plain';
  readonly tunnels = null;
  readonly #parts: PlainExecutorParts;
  readonly #life: ContainerLife;
  readonly #mark: string;
  readonly #users = new Set<string | null>();
  readonly #closed = new AbortController();
  #commandCount = 0;

  constructor(parts: PlainExecutorParts, life: ContainerLife) {
    this.#parts = parts;
    this.#life = life;
    this.#mark = parts.ids.random(markCharacters);
  }

  async run(command: ExecCommand, output: OutputSink, signal: AbortSignal): Promise<ExecOutcome> {
    const { clock } = this.#parts;
    const startedMs = clock.monotonicMs();
    const ended = await this.#run(command, output, AbortSignal.any([signal, this.#closed.signal]));
    return { ...ended, durationMs: clock.monotonicMs() - startedMs, evidence: null };
  }

  async #run(command: ExecCommand, output: OutputSink, signal: AbortSignal): Promise<Ended> {
    const refusal = refusalOf(command);
    if (refusal !== null) return { kind: 'not_started', message: refusal };
    if (command.mergeOutput === true)
      throw new GridError('unavailable', 'its output cannot be merged: steps run by plain exec here');
    if (signal.aborted) return { kind: 'cancelled', exit: null };
    this.#commandCount += 1;
    this.#users.add(command.user);
    const mark = `${this.#mark}.${this.#commandCount}.`;
    const leave = new AbortController();
    const spec = execSpec(command, mark);
    const processes = { container: this.#life.container, mark, user: command.user };
    try {
      const options = { output, signal: leave.signal };
      const execution = await this.#parts.containers.exec(this.#life.container, spec, options);
      void feed(execution, command.stdin);
      const ending = await this.#endingOf(execution, command.timeoutMs, signal);
      if (ending !== null) {
        return { kind: ending, exit: await endExecution(this.#parts, { execution, processes }) };
      }
      const ended = await this.#judge(await execution.exited);
      return ended.kind === 'exited' && command.processes === 'keep'
        ? { ...ended, kept: { end: () => this.#endKept(processes) } }
        : ended;
    } catch (error) {
      if (isGridError(error, 'exec_failed')) return { kind: 'not_started', message: error.message };
      throw error;
    } finally {
      leave.abort();
    }
  }

  /** Null: it ended by itself. */
  async #endingOf(execution: Execution, timeoutMs: number, signal: AbortSignal): Promise<Ending | null> {
    const { promise: ending, resolve } = Promise.withResolvers<Ending>();
    const cancel = (): void => resolve('cancelled');
    const cancelTimeout = this.#parts.clock.after(timeoutMs, () => resolve('timed_out'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([execution.exited.then(() => null), ending]);
    } finally {
      cancelTimeout();
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Tells what the command did from what the death of its container did to it: SIGKILL, or a start that is refused. */
  async #judge(exit: ExecExit): Promise<Ended> {
    if (exit.kind === 'refused') {
      await proveAlive(this.#parts, this.#life);
      return { kind: 'not_started', message: exit.message };
    }
    if (exit.code === killedExitCode) await proveAlive(this.#parts, this.#life);
    return { kind: 'exited', exit: { kind: 'code', code: exit.code } };
  }

  async #endKept(processes: MarkedProcesses): Promise<KeptEnd> {
    const found = await signalMarked(this.#parts.containers, processes, { signal: 'KILL', sessions: [] });
    // what dropped its environment and its session cannot be found
    return { killed: found?.count ?? 0, proved: false };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    try {
      await this.#killAll();
    } catch (error) {
      // with its container, everything in it is gone
      if (!isGridError(error, 'not_found', 'not_running')) throw error;
    }
  }

  async #killAll(): Promise<void> {
    for (const user of this.#users) {
      const processes = { container: this.#life.container, mark: `${this.#mark}.`, user };
      await signalMarked(this.#parts.containers, processes, { signal: 'KILL', sessions: [] });
    }
  }
}

/** 128 + SIGKILL: also what a dying container does to every process in it. */
const killedExitCode = 137;

/** The kernel's limit for one argument or variable, its end included. Docker would report it as output of the command. */
const textBytesMax = 131_071;

/** What no process can be started with; null: nothing of that kind. */
function refusalOf({ argv, env }: ExecCommand): string | null {
  if (argv.length === 0) return 'the command is empty';
  const texts = [...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  if (texts.some((text) => text.includes('\0'))) return 'an argument or variable contains a NUL byte';
  if (texts.some((text) => Buffer.byteLength(text) > textBytesMax))
    return `argument list too long: an argument or variable has more than ${textBytesMax} bytes`;
  return null;
}

function execSpec({ argv, env, workdir, user, stdin }: ExecCommand, mark: string): ExecSpec {
  return {
    argv,
    env: { ...env, [markVariable]: mark },
    ...(workdir !== null && { workdir }),
    ...(user !== null && { user }),
    stdin: stdin !== null,
  };
}

async function feed(execution: Execution, stdin: Uint8Array | null): Promise<void> {
  if (stdin === null) return;
  await execution.write(stdin);
  execution.endInput();
}
