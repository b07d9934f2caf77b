/**
 * One session with a supervisor: its streams, its signs of life, and how it is lost. What travels on a stream is `step-run.ts`'s and
 * `tunnels.ts`'s business.
 */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { GridError, isGridError, messageOf } from '@cleangrid/core/errors.ts';
import {
  killMsMax,
  supervisorHelloMsMax,
  supervisorPingMs,
  supervisorSilenceMsMax,
} from '@cleangrid/core/limits.ts';
import type { ExecExit, ExecOptions, Execution } from '../container-runtime.ts';
import { type ControlFrame, type DataKind, FrameDecoder, type HelloFrame } from './frame-decoder.ts';
import { encodeBare, protocolVersion } from './frames.ts';
import { FrameWriter } from './frame-writer.ts';

export interface SessionParts {
  clock: Clock;
  /** Starts the supervisor. */
  start(options: ExecOptions): Promise<Execution>;
  /** Why the supervisor is gone, from how it ended. May ask the daemon. */
  explain(end: SessionEnd): Promise<GridError>;
}

export type SessionEnd =
  | { kind: 'ended'; exit: ExecExit; diagnostics: string }
  | { kind: 'broken'; error: GridError }
  /** Nothing was heard for `supervisorSilenceMsMax`. */
  | { kind: 'silent' };

/** One step, listener or connection. */
export interface StreamReceiver {
  control(frame: ControlFrame): void;
  /** The chunk is valid only during the call. */
  data(kind: DataKind, chunk: Uint8Array): void;
  /** Nothing more will come. */
  lost(error: GridError): void;
}

const diagnosticsCharactersMax = 2000;

export async function openSession(parts: SessionParts, signal: AbortSignal): Promise<SupervisorSession> {
  const session = new SupervisorSession(parts);
  await session.open(signal);
  return session;
}

export class SupervisorSession {
  readonly #parts: SessionParts;
  readonly #leave = new AbortController();
  readonly #decoder: FrameDecoder;
  readonly #writer: FrameWriter;
  readonly #streams = new Map<number, StreamReceiver>();
  readonly #hello = Promise.withResolvers<HelloFrame>();
  #execution: Execution | null = null;
  #greeting: HelloFrame | null = null;
  #diagnostics = '';
  #lastStream = 0;
  #silentMs = 0;
  #cancelPing: CancelTimer = () => {};
  #state: 'open' | 'closing' | 'lost' = 'open';
  #loss: GridError | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#hello.promise.catch(() => {});
    this.#writer = new FrameWriter((bytes) => void this.#execution?.write(bytes));
    this.#decoder = new FrameDecoder({
      control: (frame) => this.#onControl(frame),
      data: (kind, stream, chunk) => this.#streams.get(stream)?.data(kind, chunk),
    });
  }

  /** What the supervisor said of itself. */
  get hello(): HelloFrame {
    if (this.#greeting === null) throw new Error('invariant: a session is used before it is open');
    return this.#greeting;
  }

  /** Why it is over; null while it is not. */
  get loss(): GridError | null {
    return this.#loss;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    signal.throwIfAborted();
    const late = (): void => void this.#lose({ kind: 'silent' });
    const cancelLate = clock.after(supervisorHelloMsMax, late);
    const abort = (): void => this.#hello.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const output = (stream: 'stdout' | 'stderr', chunk: Uint8Array): void => this.#onOutput(stream, chunk);
      this.#execution = await this.#parts.start({ output, signal: this.#leave.signal });
      void this.#watch(this.#execution);
      this.#greeting = await this.#hello.promise;
    } catch (error) {
      this.#leave.abort();
      throw error;
    } finally {
      cancelLate();
      signal.removeEventListener('abort', abort);
    }
    this.#schedulePing();
  }

  /** Opens a stream under a number of its own. Throws what the session was lost by. */
  openStream(receiver: StreamReceiver): number {
    if (this.#loss) throw this.#loss;
    this.#lastStream += 1;
    this.adopt(this.#lastStream, receiver);
    return this.#lastStream;
  }

  /** Takes a stream that the supervisor opened. */
  adopt(stream: number, receiver: StreamReceiver): void {
    this.#streams.set(stream, receiver);
  }

  /** Forgets a stream: nothing of it is handed over any more. */
  closeStream(stream: number): void {
    this.#streams.delete(stream);
  }

  send(frame: Uint8Array): void {
    if (this.#state === 'open') this.#writer.send(frame);
  }

  /** The supervisor kills everything it runs. Resolves when it is gone, or cannot be reached any more. */
  async close(): Promise<void> {
    if (this.#state !== 'open' || this.#execution === null) return;
    this.#writer.flush();
    this.#state = 'closing';
    this.#cancelPing();
    this.#execution.endInput();
    const cancel = this.#parts.clock.after(killMsMax + supervisorPingMs, () => this.#leave.abort());
    await this.#execution.exited.catch(() => {});
    cancel();
    this.#endStreams(new GridError('cancelled', 'the session was closed'));
  }

  #onOutput(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#silentMs = 0;
    if (stream === 'stderr') {
      this.#diagnostics = (this.#diagnostics + Buffer.from(chunk).toString()).slice(
        -diagnosticsCharactersMax,
      );
      return;
    }
    try {
      this.#decoder.take(chunk);
    } catch (error) {
      if (!isGridError(error)) throw error;
      void this.#lose({ kind: 'broken', error });
    }
  }

  #onControl(frame: ControlFrame): void {
    if (frame.kind === 'pong') return;
    if (frame.kind === 'hello') return this.#onHello(frame);
    const stream = frame.kind === 'accepted' ? frame.listener : frame.stream;
    this.#streams.get(stream)?.control(frame);
  }

  #onHello(frame: HelloFrame): void {
    if (frame.version === protocolVersion) return this.#hello.resolve(frame);
    const message = `the supervisor speaks version ${frame.version} of its protocol, the agent ${protocolVersion}`;
    this.#hello.reject(new GridError('version_mismatch', message));
  }

  async #watch(execution: Execution): Promise<void> {
    try {
      const exit = await execution.exited;
      await this.#lose({ kind: 'ended', exit, diagnostics: this.#diagnostics.trim() });
    } catch (error) {
      if (!this.#leave.signal.aborted) await this.#lose({ kind: 'broken', error: asGridError(error) });
    }
  }

  #schedulePing(): void {
    this.#cancelPing = this.#parts.clock.after(supervisorPingMs, () => {
      this.#silentMs += supervisorPingMs;
      if (this.#silentMs > supervisorSilenceMsMax) return void this.#lose({ kind: 'silent' });
      this.send(encodeBare('ping', 0));
      this.#schedulePing();
    });
  }

  async #lose(end: SessionEnd): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.#cancelPing();
    const loss = await this.#parts.explain(end).catch(asGridError);
    this.#leave.abort();
    this.#endStreams(loss);
    this.#hello.reject(loss);
  }

  #endStreams(loss: GridError): void {
    this.#loss = loss;
    const receivers = [...this.#streams.values()];
    this.#streams.clear();
    for (const receiver of receivers) receiver.lost(loss);
  }
}

function asGridError(error: unknown): GridError {
  return isGridError(error) ? error : new GridError('runtime_error', messageOf(error), { cause: error });
}
