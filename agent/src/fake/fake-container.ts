/** One fake container: its state, its processes, its files and its log. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { sleep } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import type {
  ContainerAction,
  ContainerSpec,
  ContainerState,
  ExecOutput,
  LogLine,
  TerminalSize,
} from '../container-runtime.ts';
import type { FakeFiles } from './fake-files.ts';
import { FakeProcess, type FakeProgram } from './fake-process.ts';

/** Finds what a command does; null: there is no such program. */
export type FakePrograms = (argv: readonly string[]) => FakeProgram | null;

export interface FakeContainerParts {
  id: string;
  spec: ContainerSpec;
  imageId: string;
  command: readonly string[];
  files: FakeFiles;
  clock: Clock;
  programs: FakePrograms;
  tell: (action: ContainerAction, exitCode: number | null) => void;
}

export interface FakeCommand {
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  user?: string;
  workdir?: string;
  hasInput: boolean;
  size: TerminalSize | null;
}

export class FakeContainer {
  readonly parts: FakeContainerParts;
  readonly createdAtMs: number;
  readonly log: LogLine[] = [];
  /** Its address by network name. */
  readonly addresses: Map<string, string> = new Map();
  state: ContainerState = 'created';
  exitCode: number | null = null;
  startedAtMs: number | null = null;
  #main: FakeProcess | null = null;
  #processes: FakeProcess[] = [];
  #changed: (() => void)[] = [];

  constructor(parts: FakeContainerParts) {
    this.parts = parts;
    this.createdAtMs = parts.clock.nowMs();
  }

  start(): void {
    if (this.state === 'running') return;
    const { command, programs, clock, tell } = this.parts;
    const program = programs(command);
    if (!program) throw new GridError('exec_failed', `no such program: ${command[0] ?? ''}`);
    this.state = 'running';
    this.startedAtMs = clock.nowMs();
    tell('start', null);
    const main = this.#launch(program, { argv: command, hasInput: false, size: null }, this.#logOutput());
    this.#main = main;
    void main.exited.then((code) => this.#die(main, code));
  }

  /** Resolves when it is stopped. */
  async stop(graceMs: number): Promise<void> {
    const main = this.#main;
    if (this.state !== 'running' || !main) return;
    this.parts.tell('kill', null);
    main.signal('TERM');
    const cancel = this.parts.clock.after(graceMs, () => main.signal('KILL'));
    await main.exited;
    cancel();
    this.#die(main, await main.exited);
    this.parts.tell('stop', null);
  }

  kill(): void {
    if (this.state !== 'running') return;
    this.parts.tell('kill', null);
    this.#main?.signal('KILL');
    if (this.#main) this.#die(this.#main, 137);
  }

  /** Null: refused. */
  exec(command: FakeCommand, output: ExecOutput): FakeProcess | null {
    if (this.state !== 'running')
      throw new GridError('not_running', `the container ${this.parts.spec.name} is not running`);
    const program = this.parts.programs(command.argv);
    return program && this.#launch(program, command, output);
  }

  /** Resolves at the next line of its log or change of its state. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #launch(program: FakeProgram, command: FakeCommand, output: ExecOutput): FakeProcess {
    const { spec, files, clock } = this.parts;
    const process = new FakeProcess(
      {
        argv: command.argv,
        env: { ...spec.env, ...command.env },
        user: command.user ?? spec.user ?? 'root',
        workdir: command.workdir ?? spec.workdir ?? '/',
        files,
        output,
        hasInput: command.hasInput,
        size: command.size,
        sleep: (ms) => sleep(clock, ms),
        spawn: (child, of) =>
          void this.#launch(child, { ...command, argv: of.options.argv, hasInput: false }, of.options.output),
        processes: () => this.#processes,
      },
      program,
    );
    this.#processes.push(process);
    void process.exited.then(() => {
      this.#processes = this.#processes.filter((other) => other !== process);
    });
    return process;
  }

  #logOutput(): ExecOutput {
    return (stream, chunk) => {
      const at = new Date(this.parts.clock.nowMs()).toISOString();
      const lines = new TextDecoder().decode(chunk).replace(/\n$/, '').split('\n');
      this.log.push(...lines.map((text) => ({ stream, text, at })));
      this.#wake();
    };
  }

  /** With its first process, everything in it ends. */
  #die(main: FakeProcess, exitCode: number): void {
    if (this.#main !== main) return;
    this.#main = null;
    this.state = 'exited';
    this.exitCode = exitCode;
    for (const process of this.#processes) process.signal('KILL');
    this.parts.tell('die', exitCode);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
