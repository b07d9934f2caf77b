/** What arrives on an exec's connection: the command's output, or the daemon's reason for not starting it, which looks the same. */

import { execRefusalBytesMax } from '@cleangrid/core/limits.ts';
import type { ExecExit, ExecOutput } from '../../container-runtime.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { Demultiplexer, type FramePart } from './demultiplex.ts';

export interface ExecReceptionOptions {
  output: ExecOutput;
  /** False on a terminal, whose bytes come as they are. */
  isFramed: boolean;
  /** Asked once, at the first output. The daemon records a failed start before it writes the reason. */
  hasStarted: () => Promise<boolean>;
}

/**
 * Docker writes a failed start ("OCI runtime exec failed: …") to the command's stdout. runc writes one that the kernel refuses at the very last moment
 * ("exec /x: exec format error") to its stderr, after the daemon has recorded a process. Neither is output of the command.
 */
export class ExecReception {
  readonly #options: ExecReceptionOptions;
  readonly #frames = new Demultiplexer();
  #state: 'silent' | 'started' | 'refused' = 'silent';
  #refusal = '';
  #held: Uint8Array | null = null;

  constructor(options: ExecReceptionOptions) {
    this.#options = options;
  }

  async take(chunk: Uint8Array): Promise<void> {
    if (!this.#options.isFramed) return this.#takePart({ stream: 'stdout', bytes: chunk });
    for (const part of this.#frames.take(chunk)) {
      const held = this.#takePart(part);
      if (held) await held;
    }
  }

  /** Called once, after the last chunk, with the exit code that the daemon recorded. */
  async finish(code: number): Promise<ExecExit> {
    if (this.#state === 'refused') return { kind: 'refused', message: this.#refusal.trim() };
    if (this.#held !== null && code !== 0)
      return { kind: 'refused', message: new TextDecoder().decode(this.#held).trim() };
    await this.#release();
    if (!this.#frames.isBetweenFrames)
      throw new GridError(
        'daemon_unreachable',
        'the connection to a command broke in the middle of its output',
      );
    return { kind: 'exited', code };
  }

  #takePart(part: Pick<FramePart, 'stream' | 'bytes'>): void | Promise<void> {
    if (this.#state === 'started' && this.#held === null)
      return this.#options.output(part.stream, part.bytes);
    return this.#takeFirst(part);
  }

  async #takeFirst({ stream, bytes }: Pick<FramePart, 'stream' | 'bytes'>): Promise<void> {
    if (this.#state === 'silent') {
      this.#state = (await this.#options.hasStarted()) ? 'started' : 'refused';
      if (this.#state === 'started' && stream === 'stderr' && looksRefused(bytes)) {
        this.#held = Uint8Array.from(bytes);
        return;
      }
    }
    if (this.#state === 'refused') {
      this.#refusal = (this.#refusal + new TextDecoder().decode(bytes)).slice(0, execRefusalBytesMax);
      return;
    }
    await this.#release();
    await this.#options.output(stream, bytes);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    if (held) await this.#options.output('stderr', held);
  }
}

const lastMomentRefusal = /^exec [^\n]+: [a-z ]+\n$/;

function looksRefused(bytes: Uint8Array): boolean {
  return bytes.length <= execRefusalBytesMax && lastMomentRefusal.test(new TextDecoder().decode(bytes));
}
