/** A process in a fake container: a JavaScript function with streams, signals and an exit code. */

import type { ExecOutput, TerminalSize } from '../container-runtime.ts';
import type { FakeFiles } from './fake-files.ts';

/** What a command does. Resolves to its exit code; once killed, whatever it awaits of its process never resolves. */
export type FakeProgram = (process: FakeProcess) => Promise<number>;

export type FakeSignal = 'TERM' | 'KILL';

const signalNumbers: Record<FakeSignal, number> = { TERM: 15, KILL: 9 };

export interface FakeProcessOptions {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  user: string;
  workdir: string;
  files: FakeFiles;
  output: ExecOutput;
  hasInput: boolean;
  size: TerminalSize | null;
  sleep: (ms: number) => Promise<void>;
  /** Runs another process in the same container, which outlives this one. */
  spawn: (program: FakeProgram, of: FakeProcess) => void;
  /** The running processes of the container, for programs that look at them. */
  processes: () => readonly FakeProcess[];
}

export class FakeProcess {
  readonly options: FakeProcessOptions;
  readonly exited: Promise<number>;
  /** What TERM does: end it, nothing, or what the program set. */
  onTerm: 'end' | 'ignore' | { exitCode: number } = 'end';
  size: TerminalSize | null;
  #end: (code: number) => void = () => {};
  #hasEnded = false;
  #input: Uint8Array[] = [];
  #inputOpen: boolean;
  #inputWake: () => void = () => {};

  constructor(options: FakeProcessOptions, program: FakeProgram) {
    this.options = options;
    this.size = options.size;
    this.#inputOpen = options.hasInput;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.exited = promise;
    this.#end = (code) => {
      this.#hasEnded = true;
      resolve(code);
    };
    // a program begins after whoever started it holds it
    queueMicrotask(() => void program(this).then((code) => this.#end(code)));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  signal(signal: FakeSignal): void {
    if (signal === 'KILL' || this.onTerm === 'end') this.#end(128 + signalNumbers[signal]);
    else if (this.onTerm !== 'ignore') this.#end(this.onTerm.exitCode);
  }

  async write(stream: 'stdout' | 'stderr', content: string | Uint8Array): Promise<void> {
    if (this.#hasEnded) return never();
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await this.options.output(this.size ? 'stdout' : stream, bytes);
  }

  async sleep(ms: number): Promise<void> {
    await this.options.sleep(ms);
    if (this.#hasEnded) await never();
  }

  /** The next chunk of its input; null at the end. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#hasEnded) return never();
      const chunk = this.#input.shift();
      if (chunk) return chunk;
      if (!this.#inputOpen) return null;
      await new Promise<void>((resolve) => {
        this.#inputWake = resolve;
      });
    }
  }

  give(chunk: Uint8Array): void {
    if (this.#hasEnded) return;
    this.#input.push(Uint8Array.from(chunk));
    this.#inputWake();
  }

  endInput(): void {
    this.#inputOpen = false;
    this.#inputWake();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
